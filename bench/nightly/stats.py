"""Whether two samples differ, and by how much: no assumption about how the noise is distributed."""
import functools
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


@functools.lru_cache(maxsize=4096)
def _share_as_far(ranks, taken, distance):
    """Of all ways to take so many of the (doubled) ranks, the share whose sum is at least so far from
    the mean of all sums. `distance` is in units of the mean's denominator, so that all is whole."""
    ways = [{} for _ in range(taken + 1)]  # ways[n][sum]
    ways[0][0] = 1
    for rank in ranks:
        for n in range(taken - 1, -1, -1):
            for total, count in ways[n].items():
                ways[n + 1][total + rank] = ways[n + 1].get(total + rank, 0) + count
    mean = taken * sum(ranks)
    far = sum(count for total, count in ways[taken].items()
              if abs(total * len(ranks) - mean) >= distance)
    return far / math.comb(len(ranks), taken)


def _normal(a, b, ranks, u):
    """The two-sided p of U by its normal approximation, corrected for ties and for continuity."""
    n = len(a) + len(b)
    ties = sum(t ** 3 - t for t in (ranks.count(rank) for rank in set(ranks)))
    variance = len(a) * len(b) / 12 * (n + 1 - ties / (n * (n - 1)))
    if variance == 0:
        return 1.0
    z = max(0.0, abs(u - len(a) * len(b) / 2) - 0.5) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def mann_whitney(a, b):
    """Mann and Whitney's U of sample a against b (pairs of which a's is larger; equal ones count half),
    and the two-sided p. Exact up to EXACT_UP_TO values, ties included."""
    if not a or not b:
        raise ValueError("mann_whitney: a sample is empty")
    ranks = _doubled_ranks(list(a) + list(b))
    sum_of_a = sum(ranks[:len(a)])
    u = sum_of_a / 2 - len(a) * (len(a) + 1) / 2
    if len(ranks) > EXACT_UP_TO:
        return u, _normal(a, b, ranks, u)
    distance = abs(sum_of_a * len(ranks) - len(a) * sum(ranks))
    return u, _share_as_far(tuple(sorted(ranks)), len(a), distance)


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


def noise_floor(a, b, share=0.95, draws=1000, seed=1):
    """What two samples of one thing say about noise: how far from 1 the ratio of their medians is; and
    if chance had dealt their values otherwise, how far it would be in this share of the cases. The larger
    of both, for one small ratio may be luck."""
    pooled = list(a) + list(b)
    deal = random.Random(seed)
    sizes = []
    for _ in range(draws):
        deal.shuffle(pooled)
        sizes.append(size_of(ratio_of_medians(pooled[:len(a)], pooled[len(a):])))
    sizes.sort()
    return max(size_of(ratio_of_medians(a, b)), sizes[min(draws - 1, int(share * draws))])
