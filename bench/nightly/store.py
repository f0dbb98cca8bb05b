"""Results of all nights: a file of JSON lines that is only appended to."""
import json
import os
import pathlib

FILE = "results.jsonl"


def append(directory, record):
    """Adds one line, on disk when this returns. A line that a crash has torn is ended first, so that it
    spoils no other."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    line = json.dumps(record, ensure_ascii=False, sort_keys=True, allow_nan=False)
    with open(directory / FILE, "a+b") as file:
        is_torn = False
        if file.seek(0, os.SEEK_END) > 0:
            file.seek(-1, os.SEEK_END)
            is_torn = file.read(1) != b"\n"
        file.write((b"\n" if is_torn else b"") + line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(directory):
    """All records, oldest first, and how many lines could not be read: torn ones, or others'."""
    path = pathlib.Path(directory) / FILE
    if not path.exists():
        return [], 0
    records = []
    unread = 0
    for line in path.read_bytes().split(b"\n"):
        if not line:
            continue
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if isinstance(record, dict) and {"commit", "verdict", "metrics"} <= record.keys():
            records.append(record)
        else:
            unread += 1
    return records, unread


def last_green(records, verdict="pass"):
    """The commit of the newest record that passed, or None."""
    return next((r["commit"] for r in reversed(records) if r["verdict"] == verdict), None)
