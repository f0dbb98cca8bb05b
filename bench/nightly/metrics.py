"""What is measured: one table for instructions, one for what the clock and the system say.

A metric is a cost, so that more is worse, and a ratio above 1 says how much worse. A benchmark that is
added to bench/ is watched once it has a line here.
"""
import dataclasses

# Instructions are counted exactly, so a small change is one.
COUNT_GATE = 0.01
# Two identical builds must count the same but for this much, or the count is not to be believed.
COUNT_REPEATS = 0.001


@dataclasses.dataclass(frozen=True)
class Counted:
    """A path of bench/hot_paths, taken `times` times and twice as often. Counted are the instructions of
    one, with those in libraries of others and without."""
    name: str
    times: int


COUNTED = (
    Counted("decode_entry", 2000),
    Counted("encode_entry", 2000),
    Counted("check_shape", 2000),
    Counted("leaf_hash", 1000),
    Counted("tree_append", 1024),
    Counted("judge_town", 4000),
    Counted("replay_town", 4000),
    Counted("find_id", 1000),
    Counted("find_new_id", 2000),
)


@dataclasses.dataclass(frozen=True)
class Timed:
    """What a benchmark says of itself: the field `field` of the rows whose name begins with `rows` (a
    regular expression) and names one thread or none. The field
    "memory" is the whole program's: what it had at most (max RSS)."""
    name: str
    program: str
    rows: str
    field: str
    unit: str
    gate: float  # the least that is called regressed, unless that night's noise is larger


TIMED = (
    # The median of single entries: one slow wake-up of thousands would decide the mean.
    Timed("append 1", "append_bench", "ledger_random_ids/1/", "p50_us", "us", 0.03),
    Timed("append 100", "append_bench", "ledger_random_ids/100/", "real_time", "us", 0.03),
    Timed("append 8192", "append_bench", "ledger_random_ids/8192/", "real_time", "us", 0.04),
    Timed("submit 8192", "append_bench", "submit_random_ids/8192/", "real_time", "us", 0.05),
    Timed("disk 1", "append_bench", "ledger_random_ids/1/", "bytes/entry", "bytes", 0.02),
    Timed("disk 8192", "append_bench", "ledger_random_ids/8192/", "bytes/entry", "bytes", 0.01),
    Timed("append memory", "append_bench", "", "memory", "KiB", 0.03),
    Timed("judge", "judge_bench", "judge_town/10000/", "real_time", "us", 0.03),
    Timed("audit tree", "audit_bench", "audit_chain_and_tree/", "real_time", "ms", 0.03),
    Timed("audit full", "audit_bench", "audit_full/", "real_time", "ms", 0.03),
    Timed("audit memory", "audit_bench", "", "memory", "KiB", 0.03),
)

# The largest probability of chance at which a difference is believed, over all that was timed (corrected by
# Holm).
ALPHA = 0.01

# Rounds are added, up to the most, until the noise is this share of the gate: then a change somewhat beyond
# the gate is told with near certainty.
QUIET = 0.5


@dataclasses.dataclass(frozen=True)
class Size:
    """How much of each is run: rounds, at least and at most, and what the benchmarks are told."""
    rounds: int
    most_rounds: int
    environment: dict


# Multiples of the six orders that three builds can run in. With n rounds no p is below 2 / 2^n: in 18, a few
# may say the opposite and the corrected test still speaks.
FULL = Size(30, 120, {
    "append_bench": {"HOURBOOK_BENCH_ACCOUNTS": "10000", "HOURBOOK_BENCH_ENTRIES": "200000"},
    "audit_bench": {"HOURBOOK_BENCH_ENTRIES": "100000"}})
QUICK = Size(18, 36, {
    "append_bench": {"HOURBOOK_BENCH_ACCOUNTS": "10000", "HOURBOOK_BENCH_ENTRIES": "100000"},
    "audit_bench": {"HOURBOOK_BENCH_ENTRIES": "20000"}})
