"""From measurements to a verdict: pass, regressed, or could not tell.

Three builds are measured: the baseline, the candidate, and a second copy of the baseline, whose
difference from the first is noise by definition. What is timed regressed where

- Mann and Whitney's test says that candidate and baseline differ (p below ALPHA, corrected for how many
  metrics were looked at),
- the ratio of their medians is beyond the metric's gate, and that night's noise is not,
- and both are so once more when just this metric is measured anew.

Builds take turns, and each value is taken relative to its round, so that a drift of the machine is none of
theirs.

It could not be told where the two copies of the baseline seem to differ, or their noise is beyond the gate
and the candidate's change does not dwarf it, or the ratio is beyond the gate and may be chance, or the
second measurement contradicts the first.
"""
import dataclasses
import statistics

import metrics
import stats

PASS, REGRESSED, COULD_NOT_TELL = "pass", "regressed", "could not tell"
BASELINE, CANDIDATE, AGAIN = "base", "cand", "same"  # the builds; also their folders: of one length
BUILDS = (BASELINE, CANDIDATE, AGAIN)
DWARFS = 3  # a change so many times the noise is told even in a noisy night


@dataclasses.dataclass(frozen=True)
class Finding:
    """What is said of one metric. Fields that do not apply are None."""
    name: str
    unit: str
    verdict: str
    why: str = ""
    gate: float | None = None
    baseline: float | None = None   # medians
    candidate: float | None = None
    ratio: float | None = None      # candidate / baseline
    floor: float | None = None      # noise: how far from 1 the ratio of two identical builds may be
    p: float | None = None          # corrected


def untold(name, unit, why):
    return Finding(name, unit, COULD_NOT_TELL, why)


def _percent(share):
    return f"{100 * share:.1f} %"


def judge_count(name, counts, gate=metrics.COUNT_GATE, repeats=metrics.COUNT_REPEATS):
    """The finding on {build: instructions}."""
    baseline, candidate = counts[BASELINE], counts[CANDIDATE]
    finding = Finding(name, "instructions", PASS, "", gate, baseline, candidate, candidate / baseline,
                      stats.size_of(counts[AGAIN] / baseline))
    if finding.floor > repeats:
        return dataclasses.replace(finding, verdict=COULD_NOT_TELL, why=(
            f"two copies of the baseline differ by {_percent(finding.floor)}"))
    if finding.ratio > 1 + gate:
        return dataclasses.replace(finding, verdict=REGRESSED,
                                   why=f"{_percent(finding.ratio - 1)} more instructions")
    return finding


def _level(samples):
    return stats.aligned({build: samples[build] for build in BUILDS})


def _chance(level, other):
    """The p of the other build against the baseline."""
    return stats.mann_whitney([([a], [b]) for a, b in zip(level[BASELINE], level[other])])[1]


def is_complete(samples):
    """Whether each build has a value of each round, none of them 0."""
    sizes = {len(samples.get(build, [])) for build in BUILDS}
    return len(sizes) == 1 and sizes != {0} and all(min(samples[build]) > 0 for build in BUILDS)


def is_quiet(metric, samples):
    """Whether the noise is so far below the gate that more rounds are not needed, or there is nothing to
    learn from any."""
    if not is_complete(samples):
        return True
    level = _level(samples)
    return stats.noise_floor(level[BASELINE], level[AGAIN]) <= metrics.QUIET * metric.gate


def _judge_one(metric, samples, level, p, p_of_noise):
    ratio = stats.ratio_of_medians(level[BASELINE], level[CANDIDATE])
    floor = stats.noise_floor(level[BASELINE], level[AGAIN])
    finding = Finding(metric.name, metric.unit, PASS, "", metric.gate, statistics.median(samples[BASELINE]),
                      statistics.median(samples[CANDIDATE]), ratio, floor, p)
    is_noisy = floor > metric.gate
    needed = DWARFS * floor if is_noisy else metric.gate
    if p_of_noise < metrics.ALPHA and stats.size_of(
            stats.ratio_of_medians(level[BASELINE], level[AGAIN])) > metric.gate:
        return dataclasses.replace(finding, verdict=COULD_NOT_TELL,
                                   why="two copies of the baseline seem to differ")
    if ratio - 1 > needed:
        how = (REGRESSED, "") if p < metrics.ALPHA else (COULD_NOT_TELL, ", which may be chance")
        return dataclasses.replace(finding, verdict=how[0], why=f"{_percent(ratio - 1)} more{how[1]}")
    if is_noisy:
        return dataclasses.replace(finding, verdict=COULD_NOT_TELL, why=(
            f"noise of {_percent(floor)} is beyond the gate of {_percent(metric.gate)}"))
    return finding


def judge_samples(watched, samples):
    """The findings on what was timed: {metric name: {build: [a value each round]}}. Those that are not
    complete are told so, and left out of the correction."""
    levels = {m.name: _level(samples[m.name]) for m in watched if is_complete(samples.get(m.name, {}))}
    p, p_of_noise = (stats.holm({name: _chance(level, other) for name, level in levels.items()})
                     for other in (CANDIDATE, AGAIN))
    return [_judge_one(m, samples[m.name], levels[m.name], p[m.name], p_of_noise[m.name]) if m.name in levels
            else untold(m.name, m.unit, "a build does not report it") for m in watched]


def decide(watched, measure):
    """The findings on what is timed. `measure` takes metrics and returns their samples; it is called once
    for all, and once more for those that seem to have regressed."""
    first = judge_samples(watched, measure(watched))
    flagged = {f.name for f in first if f.verdict == REGRESSED}
    if not flagged:
        return first
    suspects = [m for m in watched if m.name in flagged]
    second = {f.name: f for f in judge_samples(suspects, measure(suspects))}
    return [_confirmed(f, second[f.name]) if f.name in second else f for f in first]


def _confirmed(first, second):
    again = second.why or f"{_percent(second.ratio - 1)} more"
    if second.verdict == REGRESSED:
        return dataclasses.replace(second, why=f"{first.why}, and {again} when measured again")
    return dataclasses.replace(first, verdict=COULD_NOT_TELL,
                               why=f"{first.why}, but when measured again: {again}")


def overall(findings):
    """One verdict for all: the worst."""
    verdicts = {f.verdict for f in findings}
    if REGRESSED in verdicts:
        return REGRESSED
    return PASS if verdicts == {PASS} else COULD_NOT_TELL
