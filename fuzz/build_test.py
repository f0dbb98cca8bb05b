#!/usr/bin/env python3
"""build.sh builds what it is asked for without an engine, with the flags of this build alone, and the target
replays its inputs.

usage: build_test.py FOLDER CC CXX, the folder of the fuzz targets
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

TARGET = 'statement_fuzz'  # the one that is built soonest


def run(*command, **environment):
    kept = {name: value for name, value in os.environ.items() if name != 'LIB_FUZZING_ENGINE'}
    return subprocess.run(command, capture_output=True, text=True, env={**kept, **environment})


def check(condition, done):
    if not condition:
        sys.exit(f'exit {done.returncode}\n{done.stdout[-4000:]}{done.stderr}')


def main(folder, c, cxx):
    with tempfile.TemporaryDirectory() as scratch:
        place = pathlib.Path(scratch)
        out = place / 'out'

        def build(target, flags):
            return run(f'{folder}/build.sh', target, CC=c, CXX=cxx, CFLAGS=flags, CXXFLAGS=flags, JOBS='1',
                       OUT=str(out), WORK=str(place / 'work'))
        done = build('none_fuzz', '-DOF_THE_BUILD_BEFORE')
        check(done.returncode != 0 and "unknown target 'none_fuzz'" in done.stdout + done.stderr, done)
        done = build(TARGET, '-fsanitize=address')
        check(done.returncode == 0, done)
        built = sorted(path.name for path in out.iterdir())
        if built != [TARGET, f'{TARGET}.dict', f'{TARGET}_seed_corpus.zip']:
            sys.exit(f'{built} came of it')
        done = run('nm', place / f'work/oss-fuzz/fuzz/CMakeFiles/{TARGET}.dir/{TARGET}.cc.o')
        check('__asan_' in done.stdout and '_chk' not in done.stdout, done)
        with zipfile.ZipFile(out / f'{TARGET}_seed_corpus.zip') as inputs:
            inputs.extractall(place / 'corpus')
            count = len(inputs.namelist())
        done = run(out / TARGET, place / 'corpus')
        check(done.returncode == 0 and done.stdout.startswith(f'{count} inputs and 0 mutations'), done)


if __name__ == '__main__':
    main(*sys.argv[1:])
