"""Writes a copy of ledger/rules/machine.cc in which judging an entry takes some 5 % more instructions.

usage: plant.py MACHINE_CC OUT
"""
import pathlib
import sys

BEFORE = "  outcome = {.verdict = CheckShape(entry)};\n"
# Three instructions a turn, of some 3,100 that judging takes in all.
PLANTED = '  for (int turns = 52; turns > 0; --turns) __asm__ volatile("" : "+r"(turns));\n'


def main():
    given, out = map(pathlib.Path, sys.argv[1:])
    text = given.read_text(encoding="utf-8")
    if text.count(BEFORE) != 1:
        sys.exit(f"plant.py: {given} has not one line {BEFORE.strip()!r}; choose another in {__file__}")
    out.write_text(text.replace(BEFORE, PLANTED + BEFORE), encoding="utf-8")


if __name__ == "__main__":
    main()
