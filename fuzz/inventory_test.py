#!/usr/bin/env python3
"""What a fuzz target needs beside its code is there: it is built, has inputs to begin with, few and small,
and, where these are text, a dictionary that libFuzzer reads; and nothing is there that no target uses.

usage: inventory_test.py FOLDER, of the fuzz targets; or --teeth FOLDER: each thing taken away is noticed
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import make_calls

MOST_INPUTS = 64
LARGEST_INPUT = 64 * 1024
TARGET = re.compile(r'^hourbook_fuzz\((\w+) (\w+) (\d+)( TEXT)?', re.MULTILINE)
WORD = re.compile(r'\w+="(?:[^"\\]|\\["\\]|\\x[0-9a-f]{2})+"')


def check_corpus(folder, corpus):
    inputs = sorted((folder / 'corpus' / corpus).glob('*'))
    if not inputs:
        yield f'corpus/{corpus}: there is no input'
    if len(inputs) > MOST_INPUTS:
        yield f'corpus/{corpus}: {len(inputs)} inputs; minimise them'
    for path in inputs:
        if path.stat().st_size > LARGEST_INPUT:
            yield f'{path}: {path.stat().st_size} bytes; the tests read it again and again'


def check_dictionary(folder, corpus):
    path = folder / 'dictionaries' / f'{corpus}.dict'
    if not path.is_file():
        yield f'{path}: missing, and the inputs are text'
        return
    words = 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith('#'):
            continue
        words += 1
        if not WORD.fullmatch(line):
            yield f'{path}:{number}: not NAME="WORD" as libFuzzer reads it'
    if words == 0:
        yield f'{path}: it has no words'


def check_calls(folder):
    for name, calls in make_calls.SEEDS.items():
        path = folder / 'corpus/api_calls' / f'calls-{name}'
        if not path.is_file() or path.read_bytes() != calls:
            yield f'{path}: not as make_calls.py makes it; run it again'


def check(folder):
    targets = TARGET.findall((folder / 'CMakeLists.txt').read_text())
    if not targets:
        yield 'CMakeLists.txt names no target'
    built = {name for name, _, _, _ in targets}
    for path in folder.glob('*_fuzz.cc'):
        if path.stem not in built:
            yield f'{path}: not built; name it in CMakeLists.txt'
    for name, corpus, runs, is_text in targets:
        if name != f'{corpus}_fuzz':
            yield f'{name}: its corpus is called {corpus}'
        if int(runs) == 0:
            yield f'{name}: the tests try no mutation'
        yield from check_corpus(folder, corpus)
        if is_text:
            yield from check_dictionary(folder, corpus)
    yield from check_calls(folder)
    corpora = {corpus for _, corpus, _, _ in targets}
    texts = {corpus for _, corpus, _, is_text in targets if is_text}
    for path in (folder / 'corpus').iterdir():
        if path.name not in corpora:
            yield f'{path}: of no target'
    for path in (folder / 'dictionaries').iterdir():
        if path.stem not in texts:
            yield f'{path}: of no target whose inputs are text'
    script = subprocess.run(['bash', '-n', folder / 'build.sh'], capture_output=True, text=True)
    if script.returncode != 0:
        yield script.stderr


def spoil(folder):
    """Yields the name of each change, made, to a copy."""
    for name, change in {
            'a target not built': lambda at: (at / 'new_fuzz.cc').write_text(''),
            'no inputs': lambda at: shutil.rmtree(at / 'corpus' / 'note'),
            'a large input': lambda at: (at / 'corpus/note/large').write_bytes(b'x' * (LARGEST_INPUT + 1)),
            'calls of an older target': lambda at: (at / 'corpus/api_calls/calls-town').write_bytes(b'x'),
            'inputs of no target': lambda at: (at / 'corpus/new').mkdir(),
            'no dictionary': lambda at: (at / 'dictionaries/note.dict').unlink(),
            'a word without quotes': lambda at: (at / 'dictionaries/note.dict').write_text('a=b\n'),
            'a dictionary of no target': lambda at: (at / 'dictionaries/new.dict').write_text('a="b"\n'),
            'a script that does not parse': lambda at: (at / 'build.sh').write_text('if'),
    }.items():
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch) / 'fuzz'
            shutil.copytree(folder, copy)
            change(copy)
            yield name, copy


def main(arguments):
    folder = pathlib.Path(arguments[-1])
    if arguments[0] == '--teeth':
        missed = [name for name, copy in spoil(folder) if not list(check(copy))]
        for name in missed:
            print(f'not noticed: {name}')
        return 1 if missed else 0
    found = list(check(folder))
    for what in found:
        print(what)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
