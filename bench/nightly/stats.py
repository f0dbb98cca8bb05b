"""Whether two samples differ, and by how much: no assumption about how the noise is distributed."""
import fractions
import math
import random
import statistics

EXACT_UP_TO = 40  # values in both samples; the exact distribution of more takes long, and is normal


def _doubled_ranks(values):
    """The rank of each value, times two: values that are equal share the mean of their ranks."""
    order = sorted(values)
    first = {}
    last = {}
    for rank, value in enumerate(order, 1):
        first.setdefault(value, rank)
        last[value] = rank
    return [first[value] + last[value] for value in values]


def _deals(ranks, taken):
    """In how many ways so many of a block's (doubled) ranks have which sum: {sum: ways}."""
    ways = [{0: 1}] + [{} for _ in range(taken)]  # ways[n][sum]
    for rank in ranks:
        for n in range(taken - 1, -1, -1):
            for total, count in ways[n].items():
                ways[n + 1][total + rank] = ways[n + 1].get(total + rank, 0) + count
    return ways[taken]


def _exact(blocks, sum_of_a):
    """Of all ways to deal each block's ranks anew, the share whose sum is as far from the mean."""
    ways = {0: 1}
    for ranks, taken in blocks:
        dealt = {}
        for total, count in ways.items():
            for added, times in _deals(ranks, taken).items():
                dealt[total + added] = dealt.get(total + added, 0) + count * times
        ways = dealt
    mean = fractions.Fraction(0)
    for ranks, taken in blocks:
        mean += fractions.Fraction(taken * sum(ranks), len(ranks))
    far = abs(sum_of_a - mean)
    return sum(count for total, count in ways.items() if abs(total - mean) >= far) / sum(ways.values())


def _normal(blocks, sum_of_a):
    """The same by the normal approximation, with its correction for continuity; ties are in the ranks."""
    mean = variance = 0.0
    for ranks, taken in blocks:
        mean += taken * statistics.mean(ranks)
        variance += taken * (len(ranks) - taken) / len(ranks) * statistics.variance(ranks)
    if variance == 0:
        return 1.0
    z = max(0.0, abs(sum_of_a - mean) - 1) / math.sqrt(variance)  # 1: half a rank, doubled
    return math.erfc(z / math.sqrt(2))


def mann_whitney(rounds):
    """Mann and Whitney's U of a against b (the pairs of which a's is larger; equal ones count half), and
    its two-sided p, over rounds [([a's values], [b's values])]: how often U would be as far from its mean
    if within each round it were chance which values are whose. A single round makes this their test as it
    is in every table. Where builds take turns, a round is a turn, and a drift of the machine, which is
    between rounds, cannot be taken for a difference. Exact up to EXACT_UP_TO values, ties included."""
    if not rounds or not all(a and b for a, b in rounds):
        raise ValueError("mann_whitney: a sample is empty")
    ranks = iter(_doubled_ranks([value for a, b in rounds for value in (*a, *b)]))
    blocks = []
    sum_of_a = 0
    for a, b in rounds:
        block = [next(ranks) for _ in range(len(a) + len(b))]
        blocks.append((block, len(a)))
        sum_of_a += sum(block[:len(a)])
    of_a = sum(len(a) for a, _ in rounds)
    few = sum(len(block) for block, _ in blocks) <= EXACT_UP_TO
    return sum_of_a / 2 - of_a * (of_a + 1) / 2, (_exact if few else _normal)(blocks, sum_of_a)


def aligned(samples):
    """{name: [one value a round]}, each divided by the geometric mean of its round: what slows down a whole
    round is gone, and what differs between the names is left."""
    levels = [statistics.geometric_mean(turn) for turn in zip(*samples.values())]
    return {name: [value / level for value, level in zip(values, levels)] for name, values in samples.items()}


def holm(p_values):
    """{name: p} corrected for how many were looked at (Holm 1979): a name whose corrected p is below
    alpha differs, and with probability 1 - alpha none is named that does not."""
    corrected = {}
    least = 0.0
    by_size = sorted(p_values.items(), key=lambda item: item[1])
    for place, (name, p) in enumerate(by_size):
        least = max(least, min(1.0, p * (len(by_size) - place)))
        corrected[name] = least
    return corrected


def ratio_of_medians(a, b):
    """How many times the median of a that of b is. Neither may be 0."""
    return statistics.median(b) / statistics.median(a)


def size_of(ratio):
    """How far a ratio is from 1, in either direction: 0.05 for 1.05 as for 1/1.05."""
    return max(ratio, 1 / ratio) - 1


def noise_floor(a, b, share=0.95, draws=400, seed=1):
    """What two samples of one thing, a value each a round, say about noise: how far from 1 the ratio of
    their medians is; and if chance had dealt the values of each round otherwise, how far it would be in
    this share of the cases. The larger of both, for one small ratio may be luck."""
    deal = random.Random(seed)
    sizes = []
    for _ in range(draws):
        dealt = [pair if deal.random() < 0.5 else pair[::-1] for pair in zip(a, b)]
        sizes.append(size_of(ratio_of_medians(*zip(*dealt))))
    sizes.sort()
    return max(size_of(ratio_of_medians(a, b)), sizes[min(draws - 1, int(share * draws))])
