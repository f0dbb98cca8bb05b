"""The bill of materials has the shape that CycloneDX 1.5 asks for, and everything that is loaded is in it.

usage: sbom_test.py SBOM BILL VERSION LIBRARY PROGRAM
"""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PURL = re.compile(r"pkg:(deb/debian|generic)/[a-z0-9.+-]+@[^?]+(\?arch=[a-z0-9]+)?")


def said(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def needed_by(binary):
    """The libraries of others that it names."""
    named = re.findall(r"\(NEEDED\).*\[(.+)\]", said("readelf", "-dW", binary))
    return {name for name in named if not name.startswith("libhourbook.so")}


def faults_of_component(component):
    if component.get("type") not in {"library", "application"}:
        yield "a component has a type"
    if not component.get("name"):
        yield "a component has a name"
    if not component.get("version"):
        yield f"{component.get('name')} has a version"
    if not PURL.fullmatch(component.get("purl", "")):
        yield f"{component.get('name')} has a package URL"


def faults_of(bill, needed):
    """What is not as CycloneDX 1.5 and we want it."""
    if (bill.get("bomFormat"), bill.get("specVersion")) != ("CycloneDX", "1.5"):
        yield "it says what it is"
    if not isinstance(bill.get("version"), int) or bill["version"] < 1:
        yield "the version of a bill is 1 or more"
    all_components = [bill["metadata"]["component"], *bill["components"]]
    for component in all_components:
        yield from faults_of_component(component)
    references = [component["bom-ref"] for component in all_components]
    if len(set(references)) != len(references):
        yield "references are unique"
    for dependency in bill["dependencies"]:
        for reference in [dependency["ref"], *dependency["dependsOn"]]:
            if reference not in references:
                yield f"{reference} is a component"
    files = {entry["value"] for component in bill["components"] for entry in component["properties"]
             if entry["name"] == "hourbook:file"}
    for name in sorted(needed - files):
        yield f"{name} is of a component"


class SbomTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bill = json.loads(pathlib.Path(BILL).read_text(encoding="utf-8"))
        cls.needed = needed_by(LIBRARY) | needed_by(PROGRAM)

    def made(self, **environment):
        """The bytes of a bill that is made now."""
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder, "bill")
            said(sys.executable, SBOM, "--version", VERSION, "--out", out, LIBRARY, PROGRAM,
                 env={**os.environ, "SOURCE_DATE_EPOCH": "", **environment})
            return out.read_bytes()

    def test_the_build_made_a_bill_of_all_that_is_loaded(self):
        self.assertIn("libcrypto.so.3", self.needed)
        self.assertEqual(list(faults_of(self.bill, self.needed)), [])
        self.assertEqual(self.bill["metadata"]["component"]["version"], VERSION)

    def test_versions_are_those_of_the_packages(self):
        for component in self.bill["components"]:
            installed = said("dpkg-query", "-W", "-f", "${Version}\n", component["name"]).splitlines()
            self.assertIn(component["version"], installed, component["name"])

    def test_what_is_but_headers_is_named_too(self):
        names = {component["name"] for component in self.bill["components"]}
        self.assertLessEqual({"libcli11-dev", "nlohmann-json3-dev"}, names)

    def test_the_same_build_gives_the_same_bytes(self):
        self.assertEqual(self.made(), self.made())
        self.assertNotIn(b"timestamp", self.made())
        self.assertIn(b'"timestamp": "2001-09-09T01:46:40Z"', self.made(SOURCE_DATE_EPOCH="1000000000"))

    def test_a_bill_that_lacks_something_is_found(self):
        changes = [
            lambda bill: bill.update(specVersion="1.4"),
            lambda bill: bill.update(version=0),
            lambda bill: bill["components"].pop(0),
            lambda bill: bill["components"][0].pop("version"),
            lambda bill: bill["components"][0].update(purl="libssl3"),
            lambda bill: bill["components"][0]["properties"].clear(),
            lambda bill: bill["components"].append(bill["components"][0]),
            lambda bill: bill["dependencies"][0]["dependsOn"].append("pkg:deb/debian/none@1?arch=all"),
        ]
        for number, change in enumerate(changes):
            changed = copy.deepcopy(self.bill)
            change(changed)
            self.assertNotEqual(list(faults_of(changed, self.needed)), [], f"change {number}")


if __name__ == "__main__":
    SBOM, BILL, VERSION, LIBRARY, PROGRAM = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
