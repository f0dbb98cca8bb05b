#!/usr/bin/env python3
"""What the product writes today is input that the fuzz targets take: make_corpus.py makes some for each, and
they find nothing.

usage: made_corpus_test.py HOURBOOK BUILT, the folder of the fuzz targets
"""
import pathlib
import subprocess
import sys
import tempfile

import make_corpus

EXPECTED = {'checkpoint', 'json', 'key', 'mapping', 'note', 'opening', 'proof', 'sheet', 'statement', 'vkey'}


def main(program, built):
    with tempfile.TemporaryDirectory() as made:
        make_corpus.main(program, made)
        corpora = sorted(pathlib.Path(made).iterdir())
        names = {corpus.name for corpus in corpora}
        if names != EXPECTED:
            sys.exit(f'made for {sorted(names)}, not for {sorted(EXPECTED)}')
        for corpus in corpora:
            target = pathlib.Path(built) / f'{corpus.name}_fuzz'
            done = subprocess.run([target, corpus], capture_output=True, text=True)
            inputs = len(list(corpus.iterdir()))
            if done.returncode != 0 or not done.stdout.startswith(f'{inputs} inputs '):
                sys.exit(f'{corpus.name}: {done.stdout}{done.stderr}')


if __name__ == '__main__':
    main(*sys.argv[1:])
