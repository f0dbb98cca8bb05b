#!/usr/bin/env python3
"""Makes inputs for api_calls_fuzz that say what a sensible caller does, byte by byte as fuzz/calls reads
them: a fuzzer goes on from there.

usage: make_calls.py OUT
"""
import pathlib
import sys

GOOD = bytes([5])  # an error of the right size; what Below gives where nothing is to be wrong
FOUNDING = ((2, 1, 2), (2, 2, 1), (2, 3, 3), (2, 4, 7), (2, 5, 7), (2, 6, 4))  # kind, party, party kind


def entry(number, kind, debit=0, credit=0, ref=0, of_entry=False, recorder=0, amount=0, minute=0, unit=0,
          code=0, flags=0, timeout=0, key=0):
    service, policy = 4, 12
    taken = [1, number, debit, credit, kind, ref]
    if kind != service:
        taken.append(0 if of_entry else 1)
    taken += [recorder, 1, *amount.to_bytes(2, 'little'), *minute.to_bytes(2, 'little')]
    taken += [unit, code, flags, timeout]
    return bytes(taken + ([key] if kind == policy else []))


def batch(*entries):
    return bytes([len(entries) - 1]) + b''.join(entries)


def append(*entries):
    return bytes([0]) + batch(*entries) + GOOD + bytes([0]) + GOOD


def submit(*batches, waits=True):
    taken = bytes([4, len(batches) - 1])
    for one in batches:
        taken += batch(*one) + GOOD + bytes([0]) + GOOD
    return taken + bytes([1 if waits else 0])


def open_ledger(read_only=False):
    return bytes([6, 5, 0, 3 if read_only else 0, 1, 0]) + GOOD


def close_ledger():
    return bytes([8, 1, 1])


def backup():
    return bytes([11, 0]) + GOOD


def open_snapshot(which=0):
    return bytes([12, which, 1]) + GOOD


def close_snapshot(which=0):
    return bytes([14, which])


def read_entry(index, number):
    return bytes([15, 0, 1, 2, index]) + GOOD + bytes([1, number])


def read_account(party, unit):
    return bytes([16, 0, party, 1, unit]) + GOOD + bytes([8]) + GOOD + bytes([4, 1, 0]) + GOOD


def read_whole(verifies=True):
    return bytes([17, 0, 5]) + GOOD + bytes([1]) + GOOD + (bytes([0, 2]) + GOOD if verifies else bytes([1]))


def open_cursor(cursor=0, statement_of=None, kind=None):
    taken = bytes([18, 0, cursor, 1 if statement_of is None else 0, 5])
    taken += bytes([1]) if kind is None else bytes([0, kind])
    taken += bytes([1, 1, 1, 1, 1, 1]) + bytes([0 if kind is None else 1])
    return taken + bytes([2, 0, statement_of or 0, 2]) + GOOD


def move_cursor(cursor=0, capacity=4):
    return bytes([19, cursor, 5, capacity - 1]) + GOOD


def close_cursor(cursor=0):
    return bytes([20, cursor, 1])


def make_key():
    return bytes([21, 0, 0]) + GOOD


def save_key():
    return bytes([22, 0, 1]) + GOOD + GOOD + bytes([7, 7])


def publish(where=0):
    return bytes([23, where, 5]) + GOOD + bytes([7, 7])


def prove(index):
    return bytes([25, 0, 2, index, 1, 7, 7])


def prove_statement(party):
    return bytes([26, 0, party, 0, 1]) + GOOD + bytes([5]) + GOOD


def audit(where=0, chain_only=False):
    return bytes([27, where, 5, 2 if chain_only else 0, 1, 5]) + GOOD + bytes([0]) + GOOD


def forget():
    return bytes([28]) + GOOD + bytes([7])


def keep_evidence(payload):
    return bytes([30, 0, len(payload)]) + payload + bytes([5]) + GOOD + bytes([7, 3])


def erase_evidence():
    return bytes([31, 0, 7, 1]) + GOOD + bytes([7]) + GOOD + bytes([7])


def witness(where=0):
    return bytes([32, 7, 1, 0, 7]) + GOOD + bytes([where]) + GOOD + GOOD + bytes([7])


def attempt(size, *entries, keep=True):
    return bytes([10, 1]) + GOOD + bytes([2, size]) + GOOD + batch(*entries) + bytes([5, keep]) + GOOD


def check_text(text):
    return bytes([29, len(text)]) + text + bytes([1]) + GOOD * 4 + bytes([7, 0, 0]) + bytes(4)


TOWN = append(*(entry(i, kind, credit=party, code=code) for i, (kind, party, code) in enumerate(FOUNDING)))
RULES = append(entry(6, 12, credit=1, amount=10, code=4, key=1), entry(7, 12, credit=1, amount=400, code=5),
               entry(8, 12, credit=1, amount=60, code=6, key=2))


def service(number, minute):
    return entry(number, 4, debit=1, credit=2, ref=5, recorder=4, amount=60, minute=minute, unit=1, code=1)


SEEDS = {
    'town': TOWN + RULES + append(service(9, 0), service(10, 90), service(9, 0)),
    'published': TOWN + make_key() + publish() + open_snapshot() + prove(3) + prove_statement(2) + audit() +
                 append(service(9, 0)) + publish() + close_snapshot() + open_snapshot() + prove(8) +
                 prove(5) + prove_statement(2) + audit(chain_only=True) + publish(1) + forget(),
    'read': TOWN + append(service(9, 0)) + open_snapshot() + read_entry(3, 9) + read_account(2, 1) +
            read_whole() +
            open_cursor() + move_cursor() + move_cursor(capacity=3) + move_cursor() + close_cursor() +
            open_cursor(1, kind=2) + move_cursor(1) + open_cursor(0, statement_of=2) + move_cursor(),
    'closed-while-open': TOWN + open_snapshot() + open_cursor() + attempt(4, service(9, 0)) + close_ledger() +
                         move_cursor() + read_entry(0, 1) + append(service(9, 0)) + submit([service(9, 0)]) +
                         open_ledger() + append(service(9, 0)) + move_cursor(),
    'submitted': submit([service(9, 0)], waits=False) +
                 submit([entry(0, 2, credit=1, code=2)], [entry(1, 2, credit=2, code=1)], waits=False) +
                 close_ledger() + open_ledger() + append(entry(1, 2, credit=2, code=1)),
    'tried': TOWN + attempt(7, service(9, 0)) + attempt(7, service(9, 0), service(10, 90)) +
             append(service(9, 0)),
    'copied': TOWN + backup() + close_ledger() + backup() + open_ledger(read_only=True) +
              append(service(9, 0)) + submit([service(9, 0)]) + backup() + publish(),
    'witnessed': TOWN + make_key() + publish() + open_snapshot() + witness() + witness() +
                 append(service(9, 0)) + publish() + audit(),
    'evidence': keep_evidence(b'a sign-in sheet') + keep_evidence(b'') + erase_evidence(),
    'keys': make_key() + save_key() + check_text(b'witness w1 ') + make_key() + save_key(),
}


def main(out):
    folder = pathlib.Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for name, calls in SEEDS.items():
        (folder / f'calls-{name}').write_bytes(calls)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
