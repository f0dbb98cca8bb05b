"""The statistics against published tables, and against counting every case."""
import itertools
import math
import random
import unittest
from unittest import mock

import stats


def samples_with(u, n):
    """Two samples of n different values whose U is u."""
    a = list(range(1, n + 1))
    for place in reversed(range(n)):
        step = min(u, n)
        a[place] += step
        u -= step
    return a, [rank for rank in range(1, 2 * n + 1) if rank not in a]


def counted(a, b):
    """The two-sided p by dealing the values in every way."""
    pooled = a + b
    mean = sum(pooled_rank(pooled, v) for v in pooled) * len(a) / len(pooled)
    far = abs(sum(pooled_rank(pooled, v) for v in a) - mean)
    ways = [abs(sum(pooled_rank(pooled, v) for v in dealt) - mean)
            for dealt in itertools.combinations(pooled, len(a))]
    return sum(way >= far - 1e-9 for way in ways) / len(ways)


def pooled_rank(pooled, value):
    return sum(v < value for v in pooled) + (sum(v == value for v in pooled) + 1) / 2


class MannWhitney(unittest.TestCase):
    # Critical values of U, two-sided, from the usual table: significant up to this one, not beyond.
    TABLE = {(5, 0.05): 2, (5, 0.01): 0, (8, 0.05): 13, (8, 0.01): 7, (9, 0.05): 17, (9, 0.01): 11,
             (10, 0.05): 23, (10, 0.01): 16, (15, 0.05): 64, (15, 0.01): 51, (20, 0.05): 127, (20, 0.01): 105}

    def test_the_table(self):
        for (n, alpha), critical in self.TABLE.items():
            for u, significant in ((critical, True), (critical + 1, False)):
                a, b = samples_with(u, n)
                told, p = stats.mann_whitney([(a, b)])
                self.assertEqual(told, u)
                self.assertEqual(p <= alpha, significant, (n, alpha, u, p))

    def test_both_directions_are_alike(self):
        a, b = samples_with(11, 9)
        u, p = stats.mann_whitney([(b, a)])
        self.assertEqual((u, p), (81 - 11, stats.mann_whitney([(a, b)])[1]))

    def test_the_clearest_order(self):
        self.assertEqual(stats.mann_whitney([([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])]), (0, 2 / 252))

    def test_ties(self):
        deal = random.Random(3)
        for _ in range(30):
            a = [deal.randint(1, 4) for _ in range(5)]
            b = [deal.randint(2, 5) for _ in range(4)]
            self.assertAlmostEqual(stats.mann_whitney([(a, b)])[1], counted(a, b), places=12)
        self.assertEqual(stats.mann_whitney([([7] * 9, [7] * 9)])[1], 1)
        self.assertLess(stats.mann_whitney([([7] * 9, [8] * 9)])[1], 0.0001)

    def test_many_values_are_taken_as_normal(self):
        a, b = list(range(25)), list(range(25, 50))
        z = (25 * 25 / 2 - 0.5) / math.sqrt(25 * 25 * 51 / 12)
        self.assertAlmostEqual(stats.mann_whitney([(a, b)])[1] / math.erfc(z / math.sqrt(2)), 1)
        self.assertEqual(stats.mann_whitney([([7] * 25, [7] * 25)])[1], 1)

    def test_the_normal_is_near_the_exact(self):
        deal = random.Random(5)
        for shift in (0, 1, 3):
            a = [deal.randint(0, 9) for _ in range(18)]
            b = [deal.randint(0, 9) + shift for _ in range(18)]
            exact = stats.mann_whitney([(a, b)])[1]
            with mock.patch.object(stats, "EXACT_UP_TO", 0):
                self.assertAlmostEqual(stats.mann_whitney([(a, b)])[1], exact, delta=0.004)

    def test_rounds_are_dealt_one_by_one(self):
        deal = random.Random(7)
        for size in (1, 2):
            rounds = [([deal.randint(0, 5) for _ in range(size)], [deal.randint(1, 6) for _ in range(size)])
                      for _ in range(4)]
            pooled = [v for a, b in rounds for v in a + b]
            sums = [sum(pooled_rank(pooled, v) for choice in choices for v in choice) for choices in
                    itertools.product(*(list(itertools.combinations(a + b, size)) for a, b in rounds))]
            mean = sum(sums) / len(sums)
            far = abs(sum(pooled_rank(pooled, v) for a, _ in rounds for v in a) - mean)
            p = sum(abs(total - mean) >= far - 1e-9 for total in sums) / len(sums)
            self.assertAlmostEqual(stats.mann_whitney(rounds)[1], p, places=12)

    def test_a_drift_hides_a_difference_from_the_plain_test_alone(self):
        a = [100 * 1.1 ** i for i in range(12)]
        b = [value * 1.05 for value in a]
        self.assertGreater(stats.mann_whitney([(a, b)])[1], 0.5)
        level = stats.aligned({"a": a, "b": b})
        self.assertAlmostEqual(stats.ratio_of_medians(level["a"], level["b"]), 1.05)
        rounds = [([x], [y]) for x, y in zip(level["a"], level["b"])]
        self.assertEqual(stats.mann_whitney(rounds)[1], 2 / 2 ** 12)

    def test_nothing_is_no_sample(self):
        with self.assertRaises(ValueError):
            stats.mann_whitney([([], [1])])
        with self.assertRaises(ValueError):
            stats.mann_whitney([])


class Others(unittest.TestCase):
    def test_holm(self):
        corrected = stats.holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
        for name, p in {"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02}.items():
            self.assertAlmostEqual(corrected[name], p)
        self.assertEqual(stats.holm({"a": 0.9, "b": 0.8}), {"a": 1.0, "b": 1.0})
        self.assertEqual(stats.holm({}), {})

    def test_ratios(self):
        self.assertAlmostEqual(stats.ratio_of_medians([1, 2, 90], [0, 3, 4]), 1.5)
        self.assertAlmostEqual(stats.size_of(1.25), 0.25)
        self.assertAlmostEqual(stats.size_of(0.8), 0.25)

    def test_the_noise_floor(self):
        self.assertEqual(stats.noise_floor([5] * 9, [5] * 9), 0)
        quiet = stats.noise_floor([100, 101, 99, 103, 102, 98, 100, 101, 97],
                                  [101, 99, 98, 103, 100, 97, 102, 99, 100])
        loud = stats.noise_floor([100, 110, 90, 130, 120, 80, 100, 110, 70],
                                 [110, 90, 80, 130, 100, 70, 120, 90, 100])
        self.assertTrue(0 < quiet < 0.04 < loud < 0.4, (quiet, loud))
        # At least the difference that there is, and the same each time.
        a, b = [100 + i for i in range(9)], [110 + i for i in range(9)]
        self.assertGreaterEqual(stats.noise_floor(a, b), stats.size_of(stats.ratio_of_medians(a, b)))
        self.assertEqual(stats.noise_floor(a, b), stats.noise_floor(a, b))


if __name__ == "__main__":
    unittest.main()
