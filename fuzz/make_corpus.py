#!/usr/bin/env python3
"""Makes inputs for the fuzz targets whose inputs are text, out of what the product itself writes and of the
town's sheets: a folder for each target under OUT. The corpora in the tree began as these.

usage: make_corpus.py HOURBOOK OUT
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROWS = 12  # of each sheet, its header included
TOWN = pathlib.Path(__file__).resolve().parent.parent / 'tests/data/town'
ORIGIN = 'town.example/hours'
# As sheet_fuzz.cc numbers them.
UTF_8, GB18030 = b'\x00', b'\x02'
SERVICES, GRANTS, REDEMPTIONS = b'\x00', b'\x01', b'\x02'


class Maker:
    def __init__(self, program, out, scratch):
        self.program, self.out, self.scratch = program, out, scratch

    def run(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:  # it has said why
            sys.exit(f'{arguments[0]} exited with {done.returncode}')
        return done.stdout

    def write(self, target, name, contents):
        folder = self.out / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(contents)

    def make(self):
        ledger, site, key = (self.scratch / name for name in ('ledger', 'site', 'key'))
        self.import_town(ledger)
        vkey = json.loads(self.run('keygen', key, '--name', ORIGIN, '--json'))['vkey'].encode()
        witness = self.scratch / 'witness'
        self.run('keygen', witness, '--name', 'w1.example', '--witness')
        self.run('publish', ledger, site, '--key', key)
        self.write('key', 'of-keygen', key.read_bytes())
        self.write('key', 'of-a-witness', witness.read_bytes())
        self.write('vkey', 'of-keygen', vkey)
        self.write('note', 'published', (site / 'checkpoint').read_bytes())
        self.write('checkpoint', 'published', vkey + b'\n' + (site / 'checkpoint').read_bytes())
        self.write('proof', 'inclusion-made', vkey + b'\n' + self.run('prove', ledger, '--index', 7))
        self.write('proof', 'consistency-made', vkey + b'\n' + self.run('prove', ledger, '--from', 5))
        party = json.loads(self.run('parties', ledger, '--kind', 'volunteer', '--json').splitlines()[0])['id']
        self.write('statement', 'made', self.run('prove-statement', ledger, party))
        self.make_lines(ledger)
        self.make_opening()

    def import_town(self, ledger):
        """A town of a few rows; its sheets and mapping are inputs, too."""
        town = self.scratch / 'town'
        town.mkdir()
        for path in TOWN.iterdir():
            lines = path.read_bytes().splitlines(keepends=True)
            (town / path.name).write_bytes(b''.join(lines[:ROWS] if path.suffix == '.csv' else lines))
        (town / 'demo.secret').chmod(0o600)
        for name, form in (('signin-2025', GB18030 + SERVICES), ('reports-2025', UTF_8 + GRANTS),
                           ('redemptions-2025', UTF_8 + REDEMPTIONS), ('teams', UTF_8 + GRANTS)):
            self.write('sheet', name, form + (town / f'{name}.csv').read_bytes())
        self.write('mapping', 'town', (town / 'town.toml').read_bytes())
        self.run('init', ledger, '--origin', ORIGIN, '--time-zone', 'Asia/Shanghai',
                 '--created-at', '2024-01-01T00:00:00+08:00')
        self.run('import', ledger, '--mapping', town / 'town.toml', '--secret', town / 'demo.secret')

    def make_lines(self, ledger):
        """What a listing prints, less what the ledger gave, is what append takes."""
        seen = set()
        for line in self.run('entries', ledger, '--json').splitlines():
            entry = json.loads(line)
            if entry['kind'] in seen or entry['kind'] == 'genesis':
                continue
            seen.add(entry['kind'])
            for given in ('index', 'prev_debit', 'prev_credit'):
                del entry[given]
            text = json.dumps(entry, ensure_ascii=False, separators=(',', ':'))
            self.write('json', entry['kind'], text.encode() + b'\n')

    def make_opening(self):
        sheet, store = self.scratch / 'sheet', self.scratch / 'evidence'
        sheet.write_bytes(b'2025-03-01 sign-in sheet, row 7')
        commitment = self.run('evidence', 'keep', store, sheet).decode().split()[-1]
        self.write('opening', 'kept', self.run('evidence', 'show', store, commitment))


def main(program, out):
    with tempfile.TemporaryDirectory() as scratch:
        Maker(program, pathlib.Path(out), pathlib.Path(scratch)).make()


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
