"""The command from end to end, over a repository whose benchmarks only say what its cost.h says."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

import count
import store

SKIPPED = 77
HERE = pathlib.Path(__file__).resolve().parent

FILES = {
    "CMakePresets.json": json.dumps({"version": 6, "configurePresets": [{
        "name": "release", "generator": "Ninja", "binaryDir": "${sourceDir}/build/${presetName}",
        "cacheVariables": {"CMAKE_BUILD_TYPE": "RelWithDebInfo",
                           "CMAKE_CXX_FLAGS_RELWITHDEBINFO": "-O1 -DNDEBUG"}}]}),
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.25)
project(toy LANGUAGES CXX)
include_directories(${PROJECT_SOURCE_DIR})
add_subdirectory(bench)
""",
    "bench/CMakeLists.txt": """foreach(name IN ITEMS append_bench audit_bench judge_bench hot_paths)
  add_executable(${name} toy.cc)
endforeach()
""",
    "bench/toy.cc": r"""#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <vector>
#include "cost.h"
int main(int argc, char** argv) {
  if (argv[1][0] != '-') {
    for (long turns = kCost * std::atol(argv[2]); turns > 0; --turns) __asm__ volatile("" : "+r"(turns));
    return std::printf("%s %s\n", argv[1], argv[2]) < 0;
  }
  const std::vector<char> memory(32 << 20, 1);  // beside which a page more or less is nothing
  std::puts("{\"benchmarks\": [");
  for (const char* name : {"ledger_random_ids/1/", "ledger_random_ids/100/", "ledger_random_ids/8192/",
                           "submit_random_ids/8192/", "judge_town/10000/", "audit_chain_and_tree/"}) {
    std::printf("{\"name\": \"%s\", \"run_type\": \"iteration\", \"real_time\": %ld, \"p50_us\": %ld, "
                "\"bytes/entry\": 260},\n", name, kCost, kCost);
  }
  std::printf("{\"name\": \"audit_full/\", \"run_type\": \"iteration\", \"real_time\": %ld}]}\n", kCost);
  return argc < 0 || memory[1 << 20] != 1;
}
""",
}


class Nightly(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.root = pathlib.Path(made.name)
        shutil.copytree(HERE, self.root / "bench" / "nightly", ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in FILES.items():
            (self.root / name).write_text(text)
        with open(self.root / "bench" / "nightly" / "metrics.py", "a") as file:
            file.write("\nCOUNTED = COUNTED[:1]  # one is enough here\n")
        self.git("init", "-q")
        self.commit("constexpr long kCost = 1000;\n")

    def git(self, *arguments):
        who = ["-c", "user.name=test", "-c", "user.email=test@example"]
        done = subprocess.run(["git", *who, *arguments], cwd=self.root, capture_output=True, text=True,
                              check=True)
        return done.stdout.strip()

    def commit(self, cost):
        (self.root / "cost.h").write_text(cost)
        self.git("add", "cost.h", "CMakeLists.txt", "CMakePresets.json", "bench")
        self.git("commit", "-q", "-m", "cost")
        return self.git("rev-parse", "HEAD")

    def nightly(self, *arguments):
        """The exit status, and all that was printed."""
        environment = {k: v for k, v in os.environ.items() if k not in ("HOURBOOK_BENCH_DIR", "CXX")}
        done = subprocess.run([sys.executable, self.root / "bench" / "nightly" / "nightly", *arguments],
                              capture_output=True, text=True, env=environment)
        return done.returncode, done.stdout + done.stderr

    def assert_says(self, status, *texts, arguments):
        told, output = self.nightly(*arguments)
        self.assertEqual(told, status, output)
        for text in texts:
            self.assertIn(text, output)

    def test_wrong_usage_is_no_verdict(self):
        self.assert_says(3, "--help says", arguments=["--unknown"])
        self.assert_says(3, "name one with --baseline COMMIT", arguments=[])
        self.assert_says(3, "there is no commit nosuch", arguments=["--baseline", "nosuch"])
        self.assert_says(0, "exit status:", "could not tell", "last-green", arguments=["--help"])

    def test_nights(self):
        first = self.git("rev-parse", "HEAD")
        self.assert_says(0, "Verdict: pass (exit status 0)", arguments=["--quick", "--baseline", "HEAD"])
        second = self.commit("constexpr long kCost = 1060;\n")
        self.assert_says(1, "Verdict: regressed (exit status 1)",
                         "6.0 % more, and 6.0 % more when measured again",
                         arguments=["--quick"])  # against the last green
        self.commit("#error not C++\n")
        self.assert_says(3, "no benchmark builds", arguments=["--quick"])
        directory = self.root / "build" / "nightly" / "store"
        records, unread = store.read(directory)
        self.assertEqual([(r["baseline"], r["commit"], r["verdict"]) for r in records],
                         [(first, first, "pass"), (first, second, "regressed")])
        self.assertEqual(unread, 0)
        for key in ("time", "cpu", "kernel", "compiler", "file_system", "durability"):
            self.assertTrue(records[0][key], key)
        self.assertEqual(records[0]["flags"], "-O1 -DNDEBUG")
        worse = {m["name"] for m in records[1]["metrics"] if m["verdict"] == "regressed"}
        self.assertEqual(worse, {"decode_entry", "decode_entry, own code", "append 1", "append 100",
                                 "append 8192", "submit 8192", "judge", "audit tree", "audit full"})
        page = ET.fromstring((directory / "index.html").read_text())
        self.assertEqual(page.find("body/p/strong").text, "regressed")

    def test_a_store_of_its_own_and_a_metric_that_is_missing(self):
        text = FILES["bench/toy.cc"].replace("judge_town", "other_town")
        (self.root / "bench" / "toy.cc").write_text(text)
        kept = self.root / "kept"
        self.assert_says(2, "Verdict: could not tell (exit status 2)", "a build does not report it",
                         arguments=["--quick", "--baseline", "HEAD", "--store", str(kept)])
        self.assertEqual(len(store.read(kept)[0]), 1)


if __name__ == "__main__":
    if not count.is_there():
        print("SKIPPED: valgrind is not installed: apt-get install valgrind")
        sys.exit(SKIPPED)
    unittest.main()
