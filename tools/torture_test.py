"""Shows that torture counts what was done, and takes whatever goes wrong for a finding."""
import importlib.machinery
import importlib.util
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("torture", str(pathlib.Path(__file__).parent / "torture"))
torture = importlib.util.module_from_spec(importlib.util.spec_from_loader("torture", LOADER))
LOADER.exec_module(torture)


class TortureTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        torture.ROOT = torture.WORK = pathlib.Path(place.name)
        (torture.ROOT / "build" / "release").mkdir(parents=True)

    def program(self, name, script):
        path = torture.ROOT / "build" / "release" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return name

    def ran(self, *programs, seconds=0):
        part = torture.Part("some", "", "release", programs, {"HOURBOOK_EFFORT": "3"})
        self.said = []
        ended = torture.Torture([part], self.said.append)
        ended.run(seconds, 2)
        return ended

    def test_counts_are_added_up_and_each_program_has_a_round(self):
        one = self.program("one", 'echo "torture: crash states=$HOURBOOK_EFFORT calls=$HOURBOOK_SEED"')
        two = self.program("two", 'echo "torture: kill kills=$1"\necho "stat::number_of_executed_units: 7"')
        ended = self.ran(one, two + " 4{seed}")
        self.assertEqual(ended.done["some"], {"states": 3, "calls": 1, "kills": 41, "executions": 7})
        self.assertEqual((ended.rounds["some"], ended.findings["some"]), (2, 0))
        self.assertIn("3 states, 1 calls", ended.table())

    def test_rounds_go_on_with_other_seeds_until_the_time_is_over(self):
        one = self.program("one", 'echo "torture: x seeds=$HOURBOOK_SEED"\nsleep 0.05')
        ended = self.ran(one, seconds=1)
        rounds = ended.rounds["some"]
        self.assertGreater(rounds, 2)
        self.assertEqual(ended.done["some"]["seeds"], rounds * (rounds + 1) // 2)

    def test_a_program_that_fails_is_a_finding_and_its_log_repeats_it(self):
        bad = self.program("bad", 'echo "torture: x states=5"\necho what is wrong\nexit 1')
        ended = self.ran(bad)
        self.assertEqual(ended.findings["some"], 1)
        log = (torture.WORK / "bad.1.log").read_text()
        self.assertTrue(log.startswith("HOURBOOK_EFFORT=3 HOURBOOK_SEED=1 "), log)
        self.assertIn("what is wrong", log)
        self.assertIn("FOUND by bad.1: exit status 1", self.said[0])

    def test_so_is_one_that_says_nothing_or_does_not_end(self):
        torture.LONGEST_ROUND = 0.2
        ended = self.ran(self.program("silent", "true"), self.program("slow", "exec sleep 5"))
        self.assertEqual(ended.findings["some"], 2)

    def test_what_cannot_be_asked(self):
        self.assertEqual([torture.seconds_of(d) for d in ("5s", "90m", "8h")], [5, 5400, 28800])
        for duration in ("", "0m", "5", "1.5h", "-3s", "5d"):
            self.assertRaises(torture.Usage, torture.seconds_of, duration)
        every = [torture.Part("a", "", "", ()), torture.Part("b", "", "", ())]
        self.assertEqual(torture.chosen(every, ["b"]), every[1:])
        self.assertRaises(torture.Usage, torture.chosen, every, ["c"])


if __name__ == "__main__":
    unittest.main()
