"""From measurements to a verdict: pass, regressed, or could not tell.

Three builds are measured: the baseline, the candidate, and a second copy of the baseline, whose
difference from the first is noise by definition. What is timed regressed where

- Mann and Whitney's test says that candidate and baseline differ (p below ALPHA, corrected for how many
  metrics were looked at),
- the ratio of their medians is beyond the metric's gate, which must not be below that night's noise floor,
- and both are so once more when just this metric is measured anew.

It could not be told where the two copies of the baseline seem to differ, or their noise is beyond the gate
and the candidate's change does not dwarf it, or the second measurement contradicts the first.
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


def _judge_one(metric, samples, p, p_of_noise):
    baseline, candidate, again = (samples[build] for build in BUILDS)
    ratio = stats.ratio_of_medians(baseline, candidate)
    floor = stats.noise_floor(baseline, again)
    finding = Finding(metric.name, metric.unit, PASS, "", metric.gate, statistics.median(baseline),
                      statistics.median(candidate), ratio, floor, p)
    is_noisy = floor > metric.gate
    needed = DWARFS * floor if is_noisy else metric.gate
    beyond = ratio - 1 > needed and p < metrics.ALPHA
    if p_of_noise < metrics.ALPHA and stats.size_of(stats.ratio_of_medians(baseline, again)) > needed:
        return dataclasses.replace(finding, verdict=COULD_NOT_TELL,
                                   why="two copies of the baseline seem to differ")
    if beyond:
        return dataclasses.replace(finding, verdict=REGRESSED, why=f"{_percent(ratio - 1)} more")
    if is_noisy:
        return dataclasses.replace(finding, verdict=COULD_NOT_TELL, why=(
            f"noise of {_percent(floor)} is beyond the gate of {_percent(metric.gate)}"))
    return finding


def judge_samples(watched, samples):
    """The findings on what was timed: {metric name: {build: [values]}}. Those with a value missing or 0
    are told so, and left out of the correction."""
    whole = [m for m in watched
             if all(samples.get(m.name, {}).get(build) and all(v > 0 for v in samples[m.name][build])
                    for build in BUILDS)]
    def corrected(other):
        return stats.holm({m.name: stats.mann_whitney(samples[m.name][BASELINE], samples[m.name][other])[1]
                           for m in whole})
    p, p_of_noise = corrected(CANDIDATE), corrected(AGAIN)
    return [_judge_one(m, samples[m.name], p[m.name], p_of_noise[m.name]) if m in whole
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
    if second.verdict == REGRESSED:
        return dataclasses.replace(second, why=f"{_percent(first.ratio - 1)} more, and {second.why} when "
                                               "measured again")
    return dataclasses.replace(first, verdict=COULD_NOT_TELL, why=(
        f"{first.why}, but {_percent(second.ratio - 1)} when measured again"
        if second.ratio is not None else f"{first.why}, and then {second.why}"))


def overall(findings):
    """One verdict for all: the worst."""
    verdicts = {f.verdict for f in findings}
    if REGRESSED in verdicts:
        return REGRESSED
    return PASS if verdicts == {PASS} else COULD_NOT_TELL
