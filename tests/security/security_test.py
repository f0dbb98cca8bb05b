"""Every test that SECURITY.md names exists, every line of its tables of attacks names one, and the versions
that it names are those of the build.

usage: security_test.py ROOT [BILL-OF-MATERIALS]
"""
import json
import pathlib
import re
import sys
import unittest

SUITE = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)")
NAMED_TEST = re.compile(r"`(\w+(?:Test|Call)\.\w+|test_\w+|\w+_fuzz|\w+_test|exported_symbols)`")
NAMED_PATH = re.compile(r"`((?:tests|tools|fuzz)/[\w./]*)`")
ATTACK_HEAD = re.compile(r"^\| (?:they|it|it is) \|.*\| shown by \|$")


def sources(root):
    for file in (root / "tests").rglob("*"):
        if file.suffix in {".cc", ".py"} or file.name == "CMakeLists.txt":
            yield file.suffix, file.read_text(encoding="utf-8")


def tests_of(root):
    """The names of all tests: in C++, in Python, of ctest, and the fuzz targets."""
    found = {file.stem for file in (root / "fuzz").glob("*_fuzz.cc")}
    for suffix, text in sources(root):
        if suffix == ".cc":
            found |= {f"{suite}.{name}" for suite, name in SUITE.findall(text)}
        elif suffix == ".py":
            found |= set(re.findall(r"def (test_\w+)\(", text))
        else:
            found |= set(re.findall(r"\b(?:add_test\(NAME|hourbook_test\() *(\w+)", text))
    return found


def attacks(text):
    """The lines of the tables that say what shows an attack."""
    inside = False
    for line in text.splitlines():
        inside = line.startswith("|") and (inside or ATTACK_HEAD.match(line) is not None)
        if inside and not ATTACK_HEAD.match(line) and not line.startswith("| ---"):
            yield line


def faults_of(text, root):
    known = tests_of(root)
    for name in NAMED_TEST.findall(text):
        if name not in known:
            yield f"there is no test {name}"
    for path in NAMED_PATH.findall(text):
        if not (root / path).exists():
            yield f"there is no {path}"
    for line in attacks(text):
        if not NAMED_TEST.search(line.rstrip("| ").rsplit("|", 1)[-1]):
            yield f"no test shows it: {line}"


def dependencies(text):
    return re.findall(r"^\| ([a-z0-9-]+) \| ([0-9.]+) \| (?:library|program) \|", text, re.MULTILINE)


class SecurityTest(unittest.TestCase):
    def setUp(self):
        self.text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")

    def test_what_it_names_exists(self):
        self.assertGreater(len(NAMED_TEST.findall(self.text)), 50)
        self.assertGreater(len(list(attacks(self.text))), 20)
        self.assertEqual(list(faults_of(self.text, ROOT)), [])

    def test_a_name_that_is_gone_is_found(self):
        for there, gone in [("AuditorTest.AForkAtAnyIndexIsFound", "AuditorTest.AForkAtNoIndexIsFound"),
                            ("test_never_overwrites", "test_always_overwrites"), ("entry_fuzz", "exit_fuzz"),
                            ("hardening_test", "softening_test"), ("tools/lint", "tools/fluff")]:
            self.assertIn(f"`{there}`", self.text)
            changed = self.text.replace(f"`{there}`", f"`{gone}`", 1)
            self.assertEqual(list(faults_of(changed, ROOT)).count(f"there is no {gone}") +
                             list(faults_of(changed, ROOT)).count(f"there is no test {gone}"), 1)
        unshown = re.sub(r"\| `AuditorTest.AnEntryThatBreaksARuleIsFound\w+` \|", "| people |", self.text)
        self.assertEqual(len(list(faults_of(unshown, ROOT))), 1)

    @unittest.skipIf(len(sys.argv) < 3, "this build makes no bill of materials")
    def test_the_versions_are_those_of_the_build(self):
        bill = json.loads(BILL.read_text(encoding="utf-8"))
        versions = {entry["value"]: component["version"] for component in bill["components"]
                    for entry in component["properties"] if entry["name"] == "hourbook:debian-source"}
        self.assertGreater(len(dependencies(self.text)), 5)
        for name, version in dependencies(self.text):
            source = next((source for source in versions if source.startswith(name)), None)
            self.assertIsNotNone(source, name)
            self.assertRegex(versions[source], rf"^{re.escape(version)}[.+-]", name)


if __name__ == "__main__":
    ROOT, BILL = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[-1])
    unittest.main(argv=sys.argv[:1])
