"""What is built is hardened: the shared library and the program are read as readelf and nm show them.

usage: hardening_test.py READELF NM LIBRARY PROGRAM PLAIN
PLAIN is a program built without any of it, which each check must find fault with.
"""
import re
import subprocess
import sys
import unittest


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Binary:
    """What the tools say about one."""

    def __init__(self, path):
        self.header = said(READELF, "-hW", path)
        self.segments = said(READELF, "-lW", path)
        self.dynamic = said(READELF, "-dW", path)
        self.imports = said(NM, "-D", "--undefined-only", path)


def is_position_independent(binary):
    return re.search(r"Type:\s+DYN", binary.header) is not None


def is_read_only_after_relocation(binary):
    """And all is relocated before the program runs."""
    return "GNU_RELRO" in binary.segments and re.search(r"FLAGS.*\bNOW\b", binary.dynamic) is not None


def has_no_relocation_in_code(binary):
    return "TEXTREL" not in binary.dynamic


def has_no_executable_stack(binary):
    return re.search(r"GNU_STACK.* RW +0x", binary.segments) is not None


def has_nothing_writable_and_executable(binary):
    return re.search(r"LOAD.* RWE ", binary.segments) is None


def checks_its_stack(binary):
    return "__stack_chk_fail" in binary.imports


def checks_lengths(binary):
    return re.search(r"\b__\w+_chk\b", binary.imports.replace("__stack_chk_fail", "")) is not None


CHECKS = [is_position_independent, is_read_only_after_relocation, has_no_relocation_in_code,
          has_no_executable_stack, has_nothing_writable_and_executable, checks_its_stack, checks_lengths]
# What a compiler or linker may give also to a program that does not ask for it.
ALWAYS = {has_no_relocation_in_code, has_nothing_writable_and_executable}


class HardeningTest(unittest.TestCase):
    def assert_hardened(self, path):
        binary = Binary(path)
        for check in CHECKS:
            with self.subTest(check.__name__):
                self.assertTrue(check(binary), path)

    def test_the_library_is_hardened(self):
        self.assert_hardened(LIBRARY)

    def test_the_program_is_hardened(self):
        self.assert_hardened(PROGRAM)

    def test_a_plain_program_is_not(self):
        binary = Binary(PLAIN)
        for check in CHECKS:
            with self.subTest(check.__name__):
                self.assertEqual(check(binary), check in ALWAYS)


if __name__ == "__main__":
    READELF, NM, LIBRARY, PROGRAM, PLAIN = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
