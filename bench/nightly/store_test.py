"""Results survive what a crash leaves behind."""
import pathlib
import tempfile
import unittest

import store


def record(commit, verdict="pass"):
    return {"commit": commit, "verdict": verdict, "metrics": [{"name": "昼夜", "ratio": 1.01}]}


class Store(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.directory = pathlib.Path(made.name, "new", "store")

    def test_what_was_appended_is_read(self):
        self.assertEqual(store.read(self.directory), ([], 0))
        for commit in "ab":
            store.append(self.directory, record(commit))
        self.assertEqual(store.read(self.directory), ([record("a"), record("b")], 0))
        self.assertEqual((self.directory / store.FILE).read_bytes().count(b"\n"), 2)

    def test_a_torn_last_line(self):
        for commit in "ab":
            store.append(self.directory, record(commit))
        file = self.directory / store.FILE
        whole = file.read_bytes()
        for cut in range(1, len(whole) // 2):  # even within a character
            file.write_bytes(whole[:-cut])
            records, unread = store.read(self.directory)
            if cut == 1:  # only the end of line is gone
                self.assertEqual((len(records), unread), (2, 0))
            else:
                self.assertEqual((records, unread), ([record("a")], 1), cut)
            store.append(self.directory, record("c"))
            records, still_unread = store.read(self.directory)
            self.assertEqual((records[-1], still_unread), (record("c"), unread))
            self.assertEqual(records[0], record("a"))

    def test_what_is_no_record_is_counted(self):
        store.append(self.directory, record("a"))
        with open(self.directory / store.FILE, "ab") as file:
            file.write(b'[1]\n{"commit": "x"}\n\xff\n\n')
        store.append(self.directory, record("b"))
        self.assertEqual(store.read(self.directory), ([record("a"), record("b")], 3))

    def test_last_green(self):
        self.assertIsNone(store.last_green([]))
        self.assertIsNone(store.last_green([record("a", "regressed")]))
        records = [record("a"), record("b"), record("c", "could not tell"), record("d", "regressed")]
        self.assertEqual(store.last_green(records), "b")

    def test_a_number_that_json_has_not_is_refused(self):
        with self.assertRaises(ValueError):
            store.append(self.directory, {**record("a"), "p": float("nan")})
        self.assertEqual(store.read(self.directory), ([], 0))


if __name__ == "__main__":
    unittest.main()
