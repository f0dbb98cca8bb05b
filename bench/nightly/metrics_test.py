"""What the tables of metrics name is what the programs have.

usage: metrics_test.py BUILD_DIRECTORY_OF_BENCH
"""
import pathlib
import re
import subprocess
import sys
import unittest

import metrics
import pair


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


class Metrics(unittest.TestCase):
    def test_each_row_is_a_benchmark(self):
        for metric in metrics.TIMED:
            names = output(BENCH / metric.program, "--benchmark_list_tests")
            self.assertTrue([n for n in names if re.match(metric.rows + pair.SUFFIX, n)] or not metric.rows,
                            f"{metric.program} has no row of {metric.name}: {names}")

    def test_the_hot_paths_are_those_that_are_counted(self):
        names = [line.split()[0] for line in output(BENCH / "hot_paths", "all", "1")]
        self.assertEqual(names, [path.name for path in metrics.COUNTED])

    def test_a_program_without_such_a_row_runs_none(self):
        printed, _ = pair.run(BENCH / "judge_bench", {"no_such_row/"}, metrics.QUICK)
        self.assertEqual(printed, {"benchmarks": []})


if __name__ == "__main__":
    BENCH = pathlib.Path(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
