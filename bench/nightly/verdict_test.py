"""The decision, with measurements that are made up."""
import unittest
from unittest import mock

import count
import metrics
import pair
import simulated
import verdict

def decide(machine, size=metrics.QUICK):
    """The decision procedure as it is, on a machine that is not."""
    programs = machine.programs()
    with mock.patch.object(pair, "run", machine.run):
        return {f.name: f for f in verdict.decide(metrics.TIMED, lambda wanted: pair.measure(
            wanted, metrics.TIMED, programs, size, verdict.is_quiet))}


def regressed(findings):
    return {name for name, f in findings.items() if f.verdict == verdict.REGRESSED}


class Decide(unittest.TestCase):
    def test_nothing_is_found_where_nothing_is_in_20_runs(self):
        for seed in range(20):
            findings = decide(simulated.Machine(seed), metrics.FULL if seed % 10 == 0 else metrics.QUICK)
            self.assertEqual(regressed(findings), set(), f"seed {seed}")
            self.assertEqual({findings[n].verdict for n in ("disk 1", "disk 8192")}, {verdict.PASS})

    def test_a_planted_5_percent_is_caught(self):
        slower = {name: 1.05 for name in ("append 100", "judge", "audit tree", "append memory", "disk 1")}
        caught = 0
        for seed in range(10):
            findings = decide(simulated.Machine(seed, slower), metrics.FULL)
            found = regressed(findings)
            self.assertLessEqual(found, set(slower), f"seed {seed}")
            self.assertEqual(verdict.overall(findings.values()), verdict.REGRESSED)
            self.assertTrue(all("when measured again" in findings[name].why for name in found))
            caught += len(found)
        self.assertGreaterEqual(caught, 47)  # of 50

    def test_more_rounds_are_run_where_it_is_loud_and_only_there(self):
        def rounds(loud):
            machine = simulated.Machine(1, loud=loud)
            decide(machine)
            return sum(build == verdict.BASELINE and name == "judge_bench" for build, name, _ in machine.runs)
        self.assertEqual(rounds(0.1), metrics.QUICK.rounds)
        self.assertEqual(rounds(2), metrics.QUICK.most_rounds)

    def test_a_large_change_is_caught_in_a_loud_night(self):
        for seed in range(3):
            findings = decide(simulated.Machine(seed, slower={"judge": 1.6}, loud=3))
            self.assertGreater(findings["judge"].floor, findings["judge"].gate)
            self.assertEqual(regressed(findings), {"judge"})

    def test_a_loud_night_tells_nothing(self):
        findings = decide(simulated.Machine(4, loud=4))
        self.assertEqual(findings["judge"].verdict, verdict.COULD_NOT_TELL)
        self.assertIn("noise of", findings["judge"].why)
        self.assertEqual(verdict.overall(findings.values()), verdict.COULD_NOT_TELL)

    def test_copies_that_differ_tell_nothing(self):
        findings = decide(simulated.Machine(5, slower={"judge": 1.1}, again={"judge": 1.1}, loud=0.2))
        self.assertEqual(findings["judge"].verdict, verdict.COULD_NOT_TELL)
        self.assertIn("two copies", findings["judge"].why)

    def test_better_is_no_regression(self):
        findings = decide(simulated.Machine(6, slower={m.name: 0.7 for m in metrics.TIMED}, loud=0.2))
        self.assertEqual({f.verdict for f in findings.values()}, {verdict.PASS})

    def test_only_what_is_suspect_is_measured_again(self):
        machine = simulated.Machine(7, slower={"judge": 1.3}, loud=0.2)
        decide(machine)
        names = [name for _, name, _ in machine.runs]
        self.assertEqual(names.count("append_bench"), 3 * metrics.QUICK.rounds)
        self.assertEqual(names.count("judge_bench"), 2 * 3 * metrics.QUICK.rounds)

    def test_what_is_not_seen_again_is_not_told(self):
        watched = [m for m in metrics.TIMED if m.name == "judge"]
        def samples(candidate):
            steady = [100 + i % 3 / 10 for i in range(12)]
            return {"judge": {verdict.BASELINE: steady, verdict.AGAIN: steady[::-1],
                              verdict.CANDIDATE: [candidate + v - 100 for v in steady]}}
        for second, expected in ((100, verdict.COULD_NOT_TELL), (110, verdict.REGRESSED)):
            answers = iter([samples(110), samples(second)])
            [finding] = verdict.decide(watched, lambda wanted: next(answers))
            self.assertEqual(finding.verdict, expected)
            self.assertIn("when measured again", finding.why)
        [finding] = verdict.decide(watched, lambda wanted: samples(100))
        self.assertEqual(finding.verdict, verdict.PASS)

    def test_what_a_build_does_not_report(self):
        machine = simulated.Machine(8, loud=0.2)
        programs = machine.programs()
        del programs[verdict.CANDIDATE]["audit_bench"]
        def run(program, rows, size):
            printed, memory = machine.run(program, rows, size)
            return ({"benchmarks": []}, memory) if program == "cand/judge_bench" else (printed, memory)
        findings = decide(mock.Mock(programs=lambda: programs, run=run))
        untold = {name for name, f in findings.items() if f.verdict == verdict.COULD_NOT_TELL}
        self.assertEqual(untold, {"judge", "audit tree", "audit full", "audit memory"})
        self.assertEqual(findings["judge"].why, "a build does not report it")


class Judge(unittest.TestCase):
    def finding(self, base, cand, same):
        return verdict.judge_count("path", dict(zip(verdict.BUILDS, (base, cand, same))))

    def test_one_percent_is_the_gate(self):
        self.assertEqual(self.finding(1000, 1010, 1000).verdict, verdict.PASS)
        self.assertEqual(self.finding(1000, 1011, 1000).verdict, verdict.REGRESSED)
        self.assertEqual(self.finding(1000, 900, 1000).verdict, verdict.PASS)

    def test_a_count_that_does_not_repeat_is_not_believed(self):
        self.assertEqual(self.finding(1000, 1050, 1002).verdict, verdict.COULD_NOT_TELL)

    def test_the_worst_is_the_verdict(self):
        def overall(*verdicts):
            return verdict.overall([verdict.Finding("m", "us", v) for v in verdicts])
        self.assertEqual(overall(verdict.PASS, verdict.PASS), verdict.PASS)
        self.assertEqual(overall(verdict.PASS, verdict.COULD_NOT_TELL), verdict.COULD_NOT_TELL)
        self.assertEqual(overall(verdict.COULD_NOT_TELL, verdict.REGRESSED), verdict.REGRESSED)
        self.assertEqual(overall(), verdict.COULD_NOT_TELL)


class Read(unittest.TestCase):
    def test_the_median_of_a_benchmarks_rows(self):
        rows = [{"name": "judge_town/10000/iterations:2", "run_type": "iteration", "real_time": t}
                for t in (3, 9, 5)]
        rows.append({"name": "judge_town/10000/iterations:2_mean", "run_type": "aggregate", "real_time": 99})
        rows.append({"name": "judge_town/10000/iterations:2/threads:4", "run_type": "iteration",
                     "real_time": 99})
        rows.append({"name": "judge_town/1000000/iterations:2", "run_type": "iteration", "real_time": 99})
        [judge] = [m for m in metrics.TIMED if m.name == "judge"]
        self.assertEqual(pair.value_of(judge, {"benchmarks": rows}, 0), 5)
        self.assertIsNone(pair.value_of(judge, {"benchmarks": []}, 0))

    def test_the_memory_of_a_program_needs_all_its_rows(self):
        [memory] = [m for m in metrics.TIMED if m.name == "append memory"]
        self.assertEqual(len(pair.rows_of("append_bench", [memory], metrics.TIMED)), 4)
        self.assertEqual(pair.rows_of("judge_bench", [memory], metrics.TIMED), set())

    def test_costs_by_object(self):
        text = "\n".join(["version: 1", "positions: line", "events: Ir", "ob=(1) /lib/libcrypto.so.3",
                          "fn=(1) f", "0 5", "+3 7", "ob=(2) /x/hot_paths", "fn=(2) main", "16 4",
                          "cob=(1)", "cfn=(1)", "calls=2 0", "16 12", "* 1", "cob=(3) /lib/libc.so.6",
                          "cfn=(3) g", "calls=1 0", "-2 100", "ob=(3)", "fn=(3)", "1 100", "totals: 117"])
        self.assertEqual(count.read_costs(text, "hot_paths"), count.Cost(117, 5))


if __name__ == "__main__":
    unittest.main()
