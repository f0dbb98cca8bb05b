"""Shows that lint finds what each of its checks is there to find."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent

SOUND = """\
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace hourbook {
namespace {

class Counter {
 public:
  int Take() {
    const absl::MutexLock lock(&lock_);
    return ++taken_;
  }

 private:
  absl::Mutex lock_;
  int taken_ ABSL_GUARDED_BY(lock_) = 0;
};

}  // namespace

int TakeOf@();
int TakeOf@() {
  static Counter counter;
  return counter.Take();
}

}  // namespace hourbook
"""
IGNORED = """\
#include <cstdio>
#include <unistd.h>

void Store(std::FILE* file);
void Store(std::FILE* file) {
  std::fflush(file);
  fdatasync(fileno(file));
  std::fclose(file);
}
"""
MOVED = """\
#include <string>
#include <utility>

size_t Length(std::string text);
size_t Length(std::string text) {
  const std::string other = std::move(text);
  return other.size() + text.size();
}
"""
NULL = """\
int Read(int number);
int Read(int number) {
  const int* const found = number > 3 ? &number : nullptr;
  return number < 2 ? *found : 0;
}
"""
BEYOND = """\
int Put(int number);
int Put(int number) {
  int row[2] = {1, 2};
  row[2] = number;
  return row[0];
}
"""


def lint(files, *checks):
    """The exit status and output of the checks over a tree of {path: text}."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        for name, text in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        shutil.copy(TOOLS.parent / ".clang-tidy", root)
        done = subprocess.run([sys.executable, TOOLS / "lint", "--root", root, *checks],
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Lint(unittest.TestCase):
    def assert_finds(self, files, check, *what):
        status, output = lint(files, check)
        self.assertEqual(status, 1, output)
        for text in what:
            self.assertIn(text, output)

    def test_sources_that_keep_the_same_names_to_themselves_are_read_as_one(self):
        status, output = lint({f"ledger/base/{name}.cc": SOUND.replace("@", name) for name in "ab"}, "tidy")
        self.assertEqual((status, output), (0, "lint: tidy: nothing found\n"))

    def test_a_missing_lock_and_a_use_after_move(self):
        unlocked = SOUND.replace("    const absl::MutexLock lock(&lock_);\n", "")
        self.assert_finds({"ledger/base/a.cc": SOUND.replace("@", "A"), "ledger/base/c.cc": MOVED,
                           "ledger/base/b.cc": unlocked.replace("@", "B")}, "tidy",
                          "ledger/base/b.cc:10:14: error: ", "[clang-diagnostic-thread-safety-analysis",
                          "ledger/base/c.cc:7:25: error: ", "[bugprone-use-after-move")

    def test_sources_that_do_not_go_into_one_are_read_by_halves(self):
        same = "inline constexpr int kSame = 1;\n"
        status, output = lint({"ledger/base/a.cc": same, "ledger/base/b.cc": same}, "tidy")
        self.assertEqual(status, 0, output)
        self.assertIn("each half is read by itself", output)

    def test_a_source_that_does_not_compile(self):
        self.assert_finds({"ledger/base/a.cc": "int a\n"}, "tidy",
                          "ledger/base/a.cc:1:6: error: expected ';'")

    def test_results_of_calls_that_store(self):
        self.assert_finds({"ledger/base/a.cc": IGNORED}, "tidy",
                          *(f"ledger/base/a.cc:{line}:3: error: the value" for line in (6, 7, 8)))

    def test_a_path_to_a_null_pointer(self):
        self.assert_finds({"ledger/base/a.cc": NULL}, "analyzer",
                          "ledger/base/a.cc:4", "core.NullDereference")

    def test_cppcheck(self):
        self.assert_finds({"ledger/base/a.cc": BEYOND}, "cppcheck", "ledger/base/a.cc:4: error: ",
                          "[arrayIndexOutOfBounds]")

    def test_shell(self):
        self.assert_finds({"tools/do": "#!/bin/sh\nrm $1\n"}, "shell", "tools/do", "SC2086")

    def test_python(self):
        self.assert_finds({"tools/do": "#!/usr/bin/env python3\nimport os\n"}, "python",
                          "tools/do:2:1: 'os' imported")

    def test_layers(self):
        self.assert_finds({"ledger/base/a.h": '#include "ledger/engine/e.h"\n'}, "layers",
                          "base is below engine")

    def test_an_empty_tree_is_not_a_pass(self):
        status, output = lint({}, "tidy", "shell", "python")
        self.assertEqual(status, 1)
        self.assertIn("nothing to check", output)


if __name__ == "__main__":
    unittest.main()
