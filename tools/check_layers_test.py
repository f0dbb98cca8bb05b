"""Shows that check_layers finds what it is there to find."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parent / "check_layers"


def run(files):
    """The exit status and output of the check over a tree of {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            file = pathlib.Path(root, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        done = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class CheckLayers(unittest.TestCase):
    def assert_refused(self, file, include, why):
        status, output = run({file: f"// first line\n#include {include}\n"})
        self.assertEqual(status, 1)
        self.assertIn(f"{file}:2: ", output)
        self.assertIn(why, output)

    def test_a_tree_that_points_down_passes(self):
        status, output = run({
            "ledger/format/a.h": '#include "ledger/base/b.h"\n#include <vector>\n',
            "ledger/store/c.cc": '#include <lmdb.h>\n#include "ledger/chain/d.h"\n',
            "tests/store/e.cc": '#include "ledger/store/c.h"\n',
            "tests/damage/g.cc": '#include <lmdb.h>\n',
            "ledger/base/hash_map.h": '#include "absl/container/flat_hash_map.h"\n',
            "tests/store/h.cc": '#include "absl/container/flat_hash_map.h"\n',
            "tools/hourbook/f.cc": '#include "api/hourbook.h"\n'})
        self.assertEqual((status, output.count("\n")), (0, 1), output)
        self.assertIn("7 files", output)

    def test_a_back_reference(self):
        self.assert_refused("ledger/base/a.h", '"ledger/format/entry.h"', "base is below format")

    def test_lmdb_outside_the_store(self):
        self.assert_refused("ledger/engine/a.cc", "<lmdb.h>", "only ledger/store")
        self.assert_refused("tests/store/a.cc", '"lmdb.h"', "only ledger/store")

    def test_tables_that_break_where_memory_ends(self):
        self.assert_refused("ledger/engine/a.cc", '"absl/container/flat_hash_map.h"', "memory may end")
        self.assert_refused("ledger/base/a.h", "<absl/container/node_hash_set.h>", "memory may end")
        self.assert_refused("api/a.cc", '"absl/container/flat_hash_set.h"', "memory may end")
        self.assert_refused("ledger/rules/a.h", '"absl/container/btree_set.h"', "memory may end")

    def test_the_ledger_knows_nothing_above_it(self):
        self.assert_refused("ledger/audit/a.cc", '"api/hourbook.h"', "must not know api")

    def test_the_command_line_stands_on_the_api(self):
        self.assert_refused("tools/hourbook/a.cc", '"ledger/engine/e.h"', "public API alone")

    def test_a_folder_that_is_no_layer(self):
        self.assert_refused("ledger/utils/a.h", '"ledger/base/b.h"', "is not a layer")

    def test_an_empty_tree_is_not_a_pass(self):
        status, output = run({})
        self.assertEqual(status, 1)
        self.assertIn("no source file", output)


if __name__ == "__main__":
    unittest.main()
