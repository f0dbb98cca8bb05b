"""What the clock and the system say, of builds that run in turn: what else the machine does, and how warm
it is, falls on all of them alike."""
import itertools
import json
import math
import os
import re
import statistics
import subprocess
import tempfile

import verdict


# What Google Benchmark adds to a name. A row of several threads is not meant.
SUFFIX = "(iterations:[0-9]+)?(/real_time)?(/threads:1)?$"
ORDERS = math.factorial(len(verdict.BUILDS))


class RunError(Exception):
    """Says what did not run."""


def orders(builds):
    """Who runs first, who next, without end: each order is followed by its reverse, and all come up."""
    every = list(itertools.permutations(builds))
    half = every[:len(every) // 2]  # the reverse of each is in the other half
    return itertools.cycle([order for pair in zip(half, (o[::-1] for o in half)) for order in pair])


def run(program, rows, size):
    """Runs those benchmarks of a program once. What it printed (JSON), and the most memory that it had, in
    KiB."""
    name = os.path.basename(program)
    environment = {**os.environ, **size.environment.get(name, {})}
    environment.pop("HOURBOOK_BENCH_SMOKE", None)
    environment["LD_LIBRARY_PATH"] = os.path.dirname(program)  # the build's own libhourbook
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [str(program), f"--benchmark_filter=^({'|'.join(sorted(rows))}){SUFFIX}",
             "--benchmark_format=json"],
            stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (out, err):
            file.seek(0)
        if process.returncode != 0:
            raise RunError(f"{program} ended with {process.returncode}: "
                           f"{err.read()[-2000:].decode(errors='replace')}")
        printed = out.read()  # nothing where no benchmark has such a name
        return json.loads(printed) if printed.strip() else {"benchmarks": []}, usage.ru_maxrss


def value_of(metric, printed, memory):
    """The metric in what a run printed, the median of its rows; or None where it is not there."""
    if metric.field == "memory":
        return memory
    values = [row[metric.field] for row in printed["benchmarks"]
              if row["run_type"] == "iteration" and re.match(metric.rows + SUFFIX, row["name"])
              and metric.field in row and not row.get("error_occurred")]
    return statistics.median(values) if values else None


def rows_of(program, wanted, watched):
    """Which rows of a program have to run for the metrics that are wanted: for its memory, all."""
    own = [m for m in wanted if m.program == program]
    if any(m.field == "memory" for m in own):
        own = [m for m in watched if m.program == program]
    return {m.rows for m in own if m.rows}


def measure(wanted, watched, programs, size, is_enough, told=lambda text: None):
    """The samples {metric name: {build: [a value each round]}} of the metrics wanted. `programs` gives
    {build: {name: path}}; a program that a build lacks is not run for any. A program goes on beyond
    size.rounds until is_enough(metric, samples) is true of all its metrics, which is asked whenever each
    order of the builds has come up as often."""
    samples = {m.name: {build: [] for build in verdict.BUILDS} for m in wanted}
    running = [p for p in sorted({m.program for m in wanted})
               if all(programs[build].get(p) for build in verdict.BUILDS)]
    turns = orders(verdict.BUILDS)
    for turn in range(1, size.most_rounds + 1):
        told(f"round {turn} of {size.rounds} to {size.most_rounds}: {', '.join(running)}")
        order = next(turns)
        for program in running:
            own = [m for m in wanted if m.program == program]
            for build in order:
                _add_run(samples, own, build,
                         run(programs[build][program], rows_of(program, wanted, watched), size))
        if turn >= size.rounds and turn % ORDERS == 0:
            running = [p for p in running
                       if not all(is_enough(m, samples[m.name]) for m in wanted if m.program == p)]
        if not running:
            break
    return samples


def _add_run(samples, metrics, build, result):
    for metric in metrics:
        value = value_of(metric, *result)
        if value is not None:
            samples[metric.name][build].append(value)
