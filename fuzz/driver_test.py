#!/usr/bin/env python3
"""The standalone driver finds what stops a target by mutating, says the seed, and keeps the input.

usage: driver_test.py DRIVER_TEETH
"""
import os
import pathlib
import subprocess
import sys
import tempfile


def run(program, folder, *inputs, **environment):
    return subprocess.run([program, *inputs], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, **environment})


def check(condition, done):
    if not condition:
        sys.exit(f'exit {done.returncode}\n{done.stdout}{done.stderr}')


def main(program):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / 'good').write_text('abc')
        done = run(program, folder, 'good')
        check(done.returncode == 0 and done.stdout.startswith('1 inputs and 0 mutations'), done)
        done = run(program, folder, 'good', HOURBOOK_FUZZ_RUNS='100000', HOURBOOK_SEED='7')
        kept = folder / 'fuzz-failure'
        check(done.returncode != 0 and 'does not hold' in done.stderr, done)
        check('seed 7; the input is in fuzz-failure' in done.stderr, done)
        check(b'x' in kept.read_bytes(), done)
        first = kept.read_bytes()
        done = run(program, folder, 'good', HOURBOOK_FUZZ_RUNS='100000', HOURBOOK_SEED='7')
        check(kept.read_bytes() == first, done)
        kept.rename(folder / 'again')
        done = run(program, folder, 'again')
        check(done.returncode != 0, done)


if __name__ == '__main__':
    main(*sys.argv[1:])
