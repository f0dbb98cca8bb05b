"""Shows that torture counts what was done, takes whatever goes wrong for a finding, and how it ends."""
import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

sys.dont_write_bytecode = True
TORTURE = pathlib.Path(__file__).resolve().parent / "torture"
LOADER = importlib.machinery.SourceFileLoader("torture", str(TORTURE))
torture = importlib.util.module_from_spec(importlib.util.spec_from_loader("torture", LOADER))
LOADER.exec_module(torture)

# Tells who it is, and is more than one process.
HANGS = 'sleep 1000 &\necho "$! $$" >>"$PIDS"\nsleep 1000'


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Place(unittest.TestCase):
    """A tree with programs that are scripts."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.root = pathlib.Path(place.name)
        self.work = self.root / "build" / "torture"
        self.pids = self.root / "pids"
        self.work.mkdir(parents=True)
        for name, value in {"ROOT": self.root, "WORK": self.work}.items():
            self.patch(mock.patch.object(torture, name, value))
        self.patch(mock.patch.dict(os.environ, PIDS=str(self.pids)))

    def patch(self, patch):
        patch.start()
        self.addCleanup(patch.stop)

    def program(self, name, script):
        path = self.root / "build" / "release" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return name

    def until(self, condition):
        for _ in range(1000):
            if condition():
                return
            time.sleep(0.02)
        self.fail("it does not come to that")

    def is_there(self):
        return self.pids.exists() and self.pids.read_text().endswith("\n")

    def assert_nothing_runs(self):
        pids = self.pids.read_text().split()
        self.assertNotEqual(pids, [])
        self.until(lambda: not any(is_running(pid) for pid in pids))


class RoundsTest(Place):
    def begin(self, *commands, seed=1):
        self.part = torture.Part("some", "", "release", torture.programs(*commands, HOURBOOK_EFFORT="3"))
        self.said = []
        return torture.Torture([self.part], seed, torture.Stop(), self.said.append)

    def ran(self, *commands):
        ended = self.begin(*commands)
        self.assertTrue(ended.run(0, 2))
        return ended

    def test_counts_are_added_up_and_each_program_has_a_round(self):
        one = self.program("one", 'echo "torture: crash states=$HOURBOOK_EFFORT calls=$HOURBOOK_SEED"')
        two = self.program("two", 'echo "torture: kill kills=$1"\necho "stat::number_of_executed_units: 7"')
        ended = self.ran(one, two + " 4{seed}")
        self.assertEqual(ended.done["some"], {"states": 3, "calls": 1, "kills": 41, "executions": 7})
        self.assertEqual((ended.rounds["some"], ended.findings["some"]), (2, 0))
        self.assertIn("3 states, 1 calls", ended.table())
        self.assertEqual(list(self.work.iterdir()), [])

    def test_rounds_go_on_with_other_seeds_until_it_is_told_to_stop(self):
        one = self.program("one", 'set -- "$TMPDIR"/../*\necho "torture: x seeds=$HOURBOOK_SEED places=$#"')
        some = self.begin(one, seed=5)

        def stop_after_three(text):
            self.said.append(text)
            some.stop.is_asked = len(self.said) == 3
        some.say = stop_after_three
        self.assertFalse(some.run(3600, 1))
        self.assertEqual((some.rounds["some"], some.findings["some"]), (3, 0))
        self.assertEqual(some.done["some"], {"seeds": 3 * 5 + (1 + 2) * torture.SEED_STEP, "places": 3})

    def test_no_round_of_a_long_night_plays_what_another_did(self):
        for far in (number * torture.SEED_STEP % torture.SEEDS for number in range(1, 4000)):
            for beside in (0, 1_000_000, torture.SEEDS - 1_000_000, torture.SEEDS):
                self.assertGreater(abs(far - beside), 1000)
        self.assertEqual(torture.SEED_STEP % 2, 1)

    def test_the_next_round_goes_to_who_has_had_least(self):
        parts = [torture.Part(name, "", "", torture.programs(*names))
                 for name, names in {"a": ["a"], "b": ["b1", "b2", "b3"]}.items()]
        some = torture.Torture(parts, 1, torture.Stop())
        some.spent.update(a=1000, b=2000)

        def next_program():
            part, program = some.next()
            some.begun[part.name, program.command] += 1
            return program.command
        self.assertEqual([next_program() for _ in range(5)], ["a", "b1", "b2", "b3", "a"])
        some.running = [mock.Mock(part=parts[0], seconds=lambda: 1001)]
        self.assertEqual([next_program() for _ in range(4)], ["b1", "b2", "b3", "b1"])
        some.spent.update(b=2)
        self.assertEqual(next_program(), "a")

    def test_a_program_that_fails_is_a_finding_and_its_log_repeats_it(self):
        bad = self.program("bad", 'echo "torture: x states=5"\necho wrong with $HOURBOOK_SEED\nexit 1')
        ended = self.ran(bad)
        self.assertEqual((ended.findings["some"], ended.done["some"]), (1, {"states": 5}))
        log = self.work / "some.bad.1.log"
        self.assertEqual(self.said, [f"FOUND by some.bad.1: exit status 1; see {log}"])
        command, output = log.read_text().split("\n", 1)
        self.assertTrue(command.startswith("env HOURBOOK_EFFORT=3 HOURBOOK_SEED=1 "), command)
        again = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        self.assertEqual((again.returncode, again.stdout), (1, output))
        self.assertIn("wrong with 1", output)

    def test_no_log_takes_the_place_of_another(self):
        bad = self.program("bad", "echo first\nexit 1")
        self.ran(bad)
        self.program("bad", "echo second\nexit 1")
        self.ran(bad)
        self.assertIn("first", (self.work / "some.bad.1.log").read_text())
        self.assertIn("second", (self.work / "some.bad.1.2.log").read_text())

    def test_so_is_one_that_says_nothing_or_does_not_end(self):
        self.patch(mock.patch.object(torture.Round, "seconds", lambda _: 3601 if self.is_there() else 1))
        slow = self.program("slow", f'echo "torture: x states=5"\n{HANGS}')
        ended = self.ran(self.program("silent", "true"), slow)
        self.assertEqual((ended.findings["some"], ended.done["some"]), (2, {"states": 5}))
        self.assert_nothing_runs()

    def test_what_a_program_leaves_behind_ends_with_it(self):
        left = self.program("left", 'sleep 1000 &\necho $! >"$PIDS"\ntouch "$TMPDIR/left"\n'
                                    f'echo "$TMPDIR" >{self.root}/place\necho "torture: x rounds=1"')
        ended = self.ran(left)
        self.assertEqual((ended.rounds["some"], ended.findings["some"]), (1, 0))
        self.assert_nothing_runs()
        self.assertFalse(os.path.exists((self.root / "place").read_text().strip()))

    def test_a_program_that_is_not_there_ends_it_and_nothing_goes_on(self):
        some = self.begin(self.program("hangs", HANGS), "not there")
        begin_some = some.begin_some

        def begin_first_then_both(workers, *arguments):
            begin_some(1, *arguments)
            self.until(self.is_there)
            begin_some(workers, *arguments)
        some.begin_some = begin_first_then_both
        self.assertRaises(FileNotFoundError, some.run, 0, 2)
        self.assert_nothing_runs()


class ArgumentsTest(unittest.TestCase):
    def test_what_cannot_be_asked(self):
        self.assertEqual([torture.seconds_of(d) for d in ("5s", "90m", "8h")], [5, 5400, 28800])
        for duration in ("", "0m", "5", "1.5h", "-3s", "5d"):
            self.assertRaises(torture.Usage, torture.seconds_of, duration)
        every = [torture.Part("a", "", "", ()), torture.Part("b", "", "", ())]
        self.assertEqual(torture.chosen(every, ["b"]), every[1:])
        self.assertRaises(torture.Usage, torture.chosen, every, ["c"])
        for wrong in (["--seed"], ["8h", "--seed", "0"], ["--seed", "x"], ["--seed", str(torture.SEEDS + 1)]):
            self.assertRaises(torture.Usage, torture.seed_of, wrong)

    def test_a_seed_is_the_one_that_is_given_or_any(self):
        arguments = ["--seed", "7", "8h", "kill"]
        self.assertEqual((torture.seed_of(arguments), arguments), (7, ["8h", "kill"]))
        drawn = {torture.seed_of(["8h"]) for _ in range(20)}
        self.assertGreater(len(drawn), 1)
        self.assertTrue(all(1 <= seed <= torture.SEEDS for seed in drawn))


class NightTest(Place):
    """The whole of it, in a tree where nothing has to be built."""

    def setUp(self):
        super().setUp()
        for name in ("tools", "fuzz"):
            (self.root / name).mkdir()
        shutil.copy(TORTURE, self.root / "tools")
        (self.root / "fuzz" / "CMakeLists.txt").write_text("hourbook_fuzz(one_fuzz one 1)\n")
        self.set_up("true")

    def set_up(self, build):
        (self.root / "tools" / "setup.sh").write_text(
            f"set_up() {{ true; }}\nconfigure_and_build() {{\n{build}\n}}\n")

    def began(self, *arguments):
        night = subprocess.Popen([sys.executable, self.root / "tools" / "torture", *arguments],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(night.kill)
        return night

    def ended(self, *arguments):
        night = self.began(*arguments)
        said, errors = night.communicate(timeout=60)
        return night.returncode, said, errors

    def row(self, said):
        """Rounds, findings and what was done, of the only part."""
        return said.splitlines()[-1].split(maxsplit=4)[2:]

    def test_its_status_and_table_say_what_was_found(self):
        self.program("tests/crash/kill_test", 'echo "torture: kill kills=90"')
        status, said, errors = self.ended("1s", "kill", "--seed", "77")
        self.assertEqual((status, errors), (0, ""))
        self.assertIn("seeds from 77 on", said)
        rounds, findings, done = self.row(said)
        self.assertGreater(int(rounds), 0)
        self.assertEqual((findings, done), ("0", f"{int(rounds) * 90:,} kills"))
        self.program("tests/crash/kill_test", "exit 1")
        status, said, _ = self.ended("1s", "kill")
        rounds, findings = self.row(said)
        self.assertEqual((status, findings), (1, rounds))
        self.assertEqual(self.ended("8 hours", "kill")[0], 2)
        self.set_up("return 1")
        self.assertEqual(self.ended("1s", "kill")[0], 2)

    def test_a_night_that_is_stopped_has_a_table_and_leaves_nothing_running(self):
        self.program("tests/crash/kill_test", f'echo "torture: kill kills=90"\n'
                                              f'mkdir {self.root}/first 2>/dev/null && exit\n{HANGS}')
        for sent in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(sent.name):
                night = self.began("1h", "kill")
                while "90 kills in" not in night.stdout.readline():
                    pass
                self.until(self.is_there)
                night.send_signal(sent)
                said, errors = night.communicate(timeout=60)
                self.assertEqual((night.returncode, self.row(said)), (3, ["1", "0", "90 kills"]))
                self.assertEqual(errors, "torture: it did not get to its end\n")
                self.assert_nothing_runs()
                self.pids.unlink()
                (self.root / "first").rmdir()
        self.assertEqual(list(self.work.glob("*.log")), [])

    def test_so_has_one_that_cannot_go_on(self):
        self.program("tests/crash/kill_test", f"rm -r {self.work}\nexit 1")
        status, said, errors = self.ended("1h", "kill")
        self.assertEqual(status, 3)
        self.assertIn("FileNotFoundError", errors)
        self.assertRegex(said, r"\nkill +0 +\d+ +\d+")

    def test_to_stop_it_while_it_builds(self):
        self.set_up(HANGS)
        night = self.began("1h", "kill")
        self.until(self.is_there)
        night.send_signal(signal.SIGTERM)
        self.assertEqual((night.communicate(timeout=60)[0], night.returncode), ("", 3))
        self.assert_nothing_runs()


if __name__ == "__main__":
    unittest.main()
