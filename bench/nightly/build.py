"""Builds of commits, side by side: one compiler, the release preset of each, paths of one length, and the
benchmarks of this checkout in all, so that a change of a benchmark is not taken for one of the ledger."""
import dataclasses
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile

import machine
import verdict

# Where a tree is, so that nothing in a program depends on whose it is.
assert len({len(build) for build in verdict.BUILDS}) == 1

OPTIONS = {"HOURBOOK_BUILD_TESTS": "OFF", "HOURBOOK_BUILD_TOOLS": "OFF", "HOURBOOK_BUILD_FUZZ": "OFF",
           "HOURBOOK_BUILD_BENCH": "ON"}
LIBRARY = "libhourbook.so.0"  # what append_bench loads


class BuildError(Exception):
    """Says what could not be built."""


@dataclasses.dataclass(frozen=True)
class Built:
    """The programs of a tree that did build, by name, all in one folder; those of them that do so only
    with the tree's own benchmarks; and the flags that they were compiled with."""
    programs: dict
    own: list
    flags: str


def git(root, *arguments):
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True)
    if done.returncode != 0:
        raise BuildError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def commit_of(root, name):
    """The full name of a commit."""
    try:
        return git(root, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}").decode().strip()
    except BuildError as error:
        raise BuildError(f"there is no commit {name} in {root}: fetch it, or name another") from error


def extract(root, commit, tree):
    """Puts the commit's files into an empty folder. Everything is written anew: a file of another commit
    could look older than what was made of it."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(git(root, "archive", "--format=tar", commit))) as tar:
        tar.extractall(tree)


def put_benchmarks(benchmarks, tree):
    """In place of what was there. As new as can be, so that what was made of other ones is made anew."""
    shutil.rmtree(tree / "bench", ignore_errors=True)
    shutil.copytree(benchmarks, tree / "bench", copy_function=shutil.copyfile,
                    ignore=shutil.ignore_patterns("__pycache__"))


def compiler():
    """The C++ compiler, for all builds: $CXX, or c++."""
    path = shutil.which(os.environ.get("CXX", "c++"))
    if path is None:
        raise BuildError("there is no C++ compiler; tools/check installs what is needed")
    return path


def _run(command, directory, log):
    with open(log, "ab") as out:
        out.write(f"$ {' '.join(command)}\n".encode())
        out.flush()
        return subprocess.run(command, cwd=directory, stdout=out, stderr=subprocess.STDOUT).returncode


def _make(tree, programs, log):
    """Configures, and builds those programs that it can: {name: path}."""
    made = tree / "build" / "release"
    options = [f"-D{name}={value}" for name, value in OPTIONS.items()]
    if _run(["cmake", "--preset", "release", f"-DCMAKE_CXX_COMPILER={compiler()}", *options], tree, log):
        return {}
    # One by one: what one lacks keeps none of the others from being built.
    return {name: made / "bench" / name for name in programs
            if _run(["ninja", "-C", str(made), name], tree, log) == 0}


def make(root, tree, programs, bin_directory, log):
    """Builds the programs of a tree with this checkout's benchmarks, and those that do not build so with
    the tree's own. They are put into bin_directory, with the library."""
    theirs = tree.parent / "bench"
    shutil.rmtree(theirs, ignore_errors=True)
    if (tree / "bench").exists():
        shutil.move(tree / "bench", theirs)
    shutil.rmtree(bin_directory, ignore_errors=True)
    bin_directory.mkdir(parents=True)
    put_benchmarks(root / "bench", tree)
    made = _make(tree, programs, log)
    _collect(tree, made, bin_directory)
    others = {}
    if len(made) < len(programs) and theirs.exists():
        put_benchmarks(theirs, tree)
        others = _make(tree, [name for name in programs if name not in made], log)
        _collect(tree, others, bin_directory)
    if not made and not others:
        raise BuildError(f"no benchmark builds in {tree}; {log} says why")
    return Built({name: str(bin_directory / name) for name in [*made, *others]}, sorted(others),
                 flags_of(tree))


def _collect(tree, made, bin_directory):
    for path in [*made.values(), *(tree / "build" / "release" / "api").glob(LIBRARY)]:
        shutil.copy(path, bin_directory)  # of a link, what it names


def flags_of(tree):
    """The compiler's flags, from CMake's cache."""
    cache = (tree / "build" / "release" / "CMakeCache.txt").read_text()
    values = dict(line.split("=", 1) for line in cache.splitlines() if "=" in line and line[:1].isalpha())
    return values.get("CMAKE_CXX_FLAGS_RELWITHDEBINFO:STRING") or \
        values.get("CMAKE_CXX_FLAGS_RELWITHDEBINFO:UNINITIALIZED", "unknown")


def build(root, work, name, commit, programs, log):
    """Builds a commit as the build `name`, unless that is what is there already."""
    folder = work / name
    stamp = folder / "stamp.json"
    wanted = {"commit": commit, "programs": sorted(programs), "benchmarks": fingerprint(root / "bench"),
              "compiler": machine.version_of(compiler())}
    try:
        there = json.loads(stamp.read_text())
        if there["wanted"] == wanted and all(map(os.path.exists, there["built"]["programs"].values())):
            return Built(**there["built"])
    except (OSError, ValueError, KeyError):
        pass
    stamp.unlink(missing_ok=True)
    extract(root, commit, folder / "src")
    built = make(root, folder / "src", programs, folder / "bin", log)
    stamp.write_text(json.dumps({"wanted": wanted, "built": dataclasses.asdict(built)}))
    return built


def copy(work, name, of):
    """A second copy of a build, in a folder of its own."""
    shutil.rmtree(work / name, ignore_errors=True)
    shutil.copytree(work / of / "bin", work / name / "bin")
    return {path.name: str(path) for path in (work / name / "bin").iterdir() if path.name != LIBRARY}


def fingerprint(directory):
    """A hash of the sources in a folder, with their names."""
    digest = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path.suffix in {".cc", ".h", ".txt"}:
            digest.update(f"{path.relative_to(directory)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
