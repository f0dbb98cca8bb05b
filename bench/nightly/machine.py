"""Where a night's figures come from."""
import os
import pathlib
import platform
import subprocess

# Said of what the benchmarks do, which run in whatever folder HOURBOOK_BENCH_DIR names.
DURABILITY = "every batch is one LMDB transaction, synced with fdatasync before it is answered"


def _cpu():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def file_system(directory):
    """The kind of file system that a folder is on, as "tmpfs" or "ext4"."""
    best = ("", "unknown")
    path = os.path.realpath(directory)
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, mounted_on, kind = line.split()[:3]
        inside = path == mounted_on or path.startswith(mounted_on.rstrip("/") + "/")
        if inside and len(mounted_on) >= len(best[0]):
            best = (mounted_on, kind)
    return best[1]


def version_of(compiler):
    done = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


def facts(compiler):
    """What is recorded beside each result."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "compiler": version_of(compiler),
        "file_system": file_system(os.environ.get("HOURBOOK_BENCH_DIR", "/dev/shm")),
        "durability": DURABILITY,
    }
