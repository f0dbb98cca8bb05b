"""A machine that runs no benchmark: it makes up what each would say, as unsteadily as a small virtual
machine does. For tests of the decision, which sees no difference."""
import math
import os
import random

import metrics
import verdict

# As measured on two cores of a virtual machine that others share: how much a run of a benchmark differs
# from the next (standard deviation); one in twenty is slower by up to a half; and over a minute all of them
# drift.
JITTER = {"append 1": 0.006, "append 100": 0.025, "append 8192": 0.055, "submit 8192": 0.11, "judge": 0.05,
          "audit tree": 0.02, "audit full": 0.02, "append memory": 0.01, "audit memory": 0.005,
          "disk 1": 0, "disk 8192": 0}
SPIKES, SPIKE, DRIFT = 0.05, 0.5, 0.05
NO_TIME = {"memory", "bytes/entry"}  # which do not drift


class Machine:
    """Programs are named by paths BUILD/PROGRAM. `slower` says how many times a metric of the candidate
    takes longer, `again` that of the baseline's second copy, and `loud` how many times the noise is."""

    def __init__(self, seed, slower=None, again=None, loud=1.0):
        self.random = random.Random(seed)
        self.factors = {verdict.CANDIDATE: slower or {}, verdict.AGAIN: again or {}}
        self.loud = loud
        self.level = 0.0  # where the drift is
        self.runs = []

    @staticmethod
    def programs():
        return {build: {m.program: f"{build}/{m.program}" for m in metrics.TIMED} for build in verdict.BUILDS}

    def _value(self, metric, build):
        value = 1000 * self.factors.get(build, {}).get(metric.name, 1.0)
        value *= math.exp(self.loud * JITTER[metric.name] * self.random.gauss(0, 1))
        if metric.field in NO_TIME:
            return value
        spike = SPIKE * self.random.random() if self.random.random() < SPIKES else 0
        return value * math.exp(self.level) * (1 + self.loud * spike)

    def run(self, program, rows, _size):
        """In place of pair.run."""
        build, name = os.path.split(program)
        self.runs.append((build, name, frozenset(rows)))
        self.level = 0.97 * self.level + self.loud * DRIFT * self.random.gauss(0, 0.24)
        printed = []
        memory = 0
        for metric in metrics.TIMED:
            if metric.program != name:
                continue
            if metric.field == "memory":
                memory = self._value(metric, build)
            elif metric.rows in rows:
                printed.append({"name": f"{metric.rows}iterations:1", "run_type": "iteration",
                                metric.field: self._value(metric, build)})
        return {"benchmarks": printed}, memory
