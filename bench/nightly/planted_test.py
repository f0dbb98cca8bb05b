"""A regression of 5 % that was compiled into a copy of a hot path is caught, and nothing else is.

usage: planted_test.py HOT_PATHS HOT_PATHS_PLANTED
"""
import sys
import unittest

import count
import metrics
import verdict

SKIPPED = 77
WATCHED = [path for path in metrics.COUNTED if path.name in ("check_shape", "judge_town")]


def findings(candidate):
    programs = {verdict.BASELINE: HOT_PATHS, verdict.CANDIDATE: candidate, verdict.AGAIN: HOT_PATHS}
    return {f.name: f for f in count.findings(WATCHED, programs)}


class Planted(unittest.TestCase):
    def test_it_is_caught(self):
        found = findings(PLANTED)
        self.assertEqual({name for name, f in found.items() if f.verdict == verdict.REGRESSED},
                         {"judge_town", "judge_town, own code"}, found)
        self.assertTrue(1.03 < found["judge_town"].ratio < 1.08, found["judge_town"])
        self.assertEqual(verdict.overall(found.values()), verdict.REGRESSED)

    def test_the_same_program_passes(self):
        found = findings(HOT_PATHS)
        self.assertEqual({f.verdict for f in found.values()}, {verdict.PASS}, found)

    def test_what_does_not_run_is_not_told(self):
        path = metrics.Counted("no_such_path", 10)
        programs = {build: HOT_PATHS for build in verdict.BUILDS}
        [first, _] = count.findings([path], programs)
        self.assertEqual(first.verdict, verdict.COULD_NOT_TELL)
        self.assertIn("there is no path no_such_path", first.why)


if __name__ == "__main__":
    HOT_PATHS, PLANTED = sys.argv[1:3]
    if not count.is_there():
        print("SKIPPED: valgrind is not installed, so no planted regression was looked for: "
              "apt-get install valgrind")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
