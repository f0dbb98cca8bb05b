#!/usr/bin/env python3
"""Holds what strace saw against what the peers answered: within every batch, from its call to its answer,
a file of that peer must have been synced.

usage: prove_syncs.py BATCHES CALLS...

BATCHES has a line for each batch: the peer, its beginning and its end, in nanoseconds. CALLS are files of
strace -ff -ttt -T -y. A peer's files are below a directory of its name."""
import collections
import re
import sys

CALL = re.compile(r"^(\d+)\.(\d{6}) (?:fdatasync|fsync)\(\d+<([^>]*)>\) += 0 <(\d+)\.(\d{6})>$")
LEDGERS_AND_FLOORS = {"hourbook", "sqlite", "postgres", "raw_lmdb", "raw_file"}


def read_syncs(paths):
    """Of each peer, the (beginning, end) of every sync that succeeded, in microseconds, in order."""
    syncs = collections.defaultdict(list)
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as calls:
            for line in calls:
                found = CALL.match(line)
                if not found:
                    continue
                begin = int(found[1]) * 1_000_000 + int(found[2])
                end = begin + int(found[4]) * 1_000_000 + int(found[5])
                for peer in LEDGERS_AND_FLOORS.intersection(found[3].split("/")):
                    syncs[peer].append((begin, end))
    return {peer: sorted(of_peer) for peer, of_peer in syncs.items()}


def read_batches(path):
    batches = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            peer, begin, end = line.split()
            batches[peer].append((int(begin) // 1000, -(-int(end) // 1000)))
    return batches


def count_within(syncs, begin, end):
    return sum(1 for first, last in syncs if begin <= first and last <= end)


def main():
    batches, syncs = read_batches(sys.argv[1]), read_syncs(sys.argv[2:])
    if set(batches) != LEDGERS_AND_FLOORS:
        sys.exit(f"prove_syncs: batches of {sorted(batches)}, not of {sorted(LEDGERS_AND_FLOORS)}")
    failed = False
    for peer, of_peer in batches.items():
        counts = [count_within(syncs.get(peer, []), begin, end) for begin, end in of_peer]
        unsynced = counts.count(0)
        print(f"{peer}: {len(counts)} batches, {sum(counts)} syncs within them, {unsynced} without one")
        failed |= unsynced > 0
    if failed:
        sys.exit("prove_syncs: a batch was answered before a sync of its peer's files")


if __name__ == "__main__":
    main()
