"""Instructions that a hot path takes, counted by valgrind's callgrind: the same number on every run, on a
busy machine as on a quiet one."""
import dataclasses
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile

import verdict

COST_LINE = tuple("0123456789+-*")


class CountError(Exception):
    """Says what could not be counted."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """Instructions in all, and those in the program itself: without the C library's and OpenSSL's, which
    callgrind, knowing no SHA instructions, has hash in many more than a processor takes."""
    everything: float
    own: float


def is_there():
    return shutil.which("valgrind") is not None


@functools.lru_cache(maxsize=1)
def _at_fixed_addresses():
    """What makes a program start at the same addresses each time, since hashes of Abseil's are seeded with
    one. Some containers forbid it; then valgrind's own choice has to do, and counts that differ are seen."""
    fixed = ["setarch", "-R"]
    try:
        works = subprocess.run([*fixed, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        works = False
    return fixed if works else []


def read_costs(text, program):
    """The costs in a callgrind file, of a program with this file name."""
    everything = own = 0
    names = {}
    in_program = False
    is_call = False  # the next line is what a callee cost, which stands with the callee too
    for line in text.splitlines():
        if line.startswith("ob="):
            number, _, name = line[3:].partition(" ")
            names[number] = name or names.get(number, "")
            in_program = os.path.basename(names[number]) == program
        elif line.startswith("cob="):
            number, _, name = line[4:].partition(" ")
            if name:
                names[number] = name
        elif line.startswith("calls="):
            is_call = True
        elif line.startswith(COST_LINE):
            if not is_call:
                cost = int(line.split()[1])
                everything += cost
                own += cost if in_program else 0
            is_call = False
    return Cost(everything, own)


def _run(program, path, times):
    """The cost of the whole program, and what it printed."""
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory, "callgrind")
        done = subprocess.run(
            [*_at_fixed_addresses(), "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
             str(program), path, str(times)],
            capture_output=True, text=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
        if done.returncode != 0 or not out.exists():
            raise CountError(f"{program} {path} {times} failed under valgrind: {done.stderr[-2000:]}")
        return read_costs(out.read_text(), pathlib.Path(program).name), done.stdout


def count(program, path, times):
    """The cost of taking the path once, and the digest of what came out. Taken `times` times and twice as
    often: the difference has neither the start nor the preparation in it."""
    (once, _), (twice, printed) = (_run(program, path, n * times) for n in (1, 2))
    cost = Cost((twice.everything - once.everything) / times, (twice.own - once.own) / times)
    if cost.own <= 0:
        raise CountError(f"{path} takes no instructions in {program}")
    return cost, printed


def findings(counted, programs):
    """The findings on each path, over {build: program or None}."""
    found = []
    for path in counted:
        names = (path.name, f"{path.name}, own code")
        try:
            missing = [build for build in verdict.BUILDS if programs[build] is None]
            if missing:
                raise CountError(f"hot_paths does not build for {missing[0]}")
            results = {build: count(programs[build], path.name, path.times) for build in verdict.BUILDS}
        except CountError as error:
            found += [verdict.untold(name, "instructions", str(error)) for name in names]
            continue
        if len({printed for _, printed in results.values()}) > 1:
            found += [verdict.untold(name, "instructions", "the builds come to different results")
                      for name in names]
            continue
        found.append(verdict.judge_count(names[0], {b: cost.everything for b, (cost, _) in results.items()}))
        found.append(verdict.judge_count(names[1], {b: cost.own for b, (cost, _) in results.items()}))
    return found
