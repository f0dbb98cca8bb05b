// The hot paths that depend on nothing but what goes in, each taken a given number of times, for whoever
// counts instructions (bench/nightly): no clock, no threads, no chance. What is prepared does not depend
// on the count, so that the difference between two counts is the path alone. Prints a digest of what came
// out of each, by which two builds show that they did the same work, and the result of all.
//
// usage: hot_paths NAME|all COUNT
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/bench_dir.h"
#include "bench/judge_in_memory.h"
#include "bench/must.h"
#include "bench/result.h"
#include "bench/samples.h"
#include "bench/workload.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"
#include "ledger/rules/shape.h"
#include "ledger/store/store.h"

namespace hourbook::bench {
namespace {

// The most that a path is taken: as much is prepared whatever the count.
constexpr uint64_t kMost = 20'000;

uint64_t Fold(uint64_t digest, uint64_t value) { return (digest + 1 + value) * 0x9e3779b97f4a7c15; }

uint64_t Fold(uint64_t digest, const Hash& hash) {
  uint64_t word;
  std::memcpy(&word, hash.data(), sizeof(word));
  return Fold(digest, word);
}

uint64_t TakeDecodeEntry(uint64_t count) {
  Entry entry = SomeService();
  uint64_t digest = 0;
  for (uint64_t i = 0; i < count; ++i) {
    entry.amount = i + 1;
    digest = Fold(digest, DecodeEntry(EntryBytes(entry)).value().amount);
  }
  return digest;
}

uint64_t TakeEncodeEntry(uint64_t count) {
  Entry entry = SomeService();
  Hash prev{};
  std::string bytes;
  uint64_t digest = 0;
  for (uint64_t i = 0; i < count; ++i) {
    entry.amount = i + 1;
    bytes.clear();
    AppendLeafData(prev, entry, bytes);
    std::memcpy(prev.data(), bytes.data() + sizeof(prev) + offsetof(Entry, amount), sizeof(i));
    digest = Fold(digest, prev);
  }
  return digest;
}

uint64_t TakeCheckShape(uint64_t count) {
  Entry entry = SomeService();
  uint64_t digest = 0;
  for (uint64_t i = 0; i < count; ++i) {
    entry.amount = i;
    digest = Fold(digest, static_cast<uint64_t>(CheckShape(entry)));
  }
  return digest;
}

uint64_t TakeLeafHash(uint64_t count) {
  const Entry entry = SomeService();
  Hash prev{};
  for (uint64_t i = 0; i < count; ++i) prev = EntryLeafHash(prev, entry);
  return Fold(0, prev);
}

uint64_t TakeTreeAppend(uint64_t count) {
  Frontier frontier;
  Hash leaf{};
  uint64_t digest = 0;
  const auto sink = [&](int level, uint64_t index, const Hash& hash) {
    digest = Fold(digest, static_cast<uint64_t>(level) + index);
    digest = Fold(digest, hash);
  };
  for (uint64_t i = 0; i < count; ++i) {
    std::memcpy(leaf.data(), &i, sizeof(i));
    AppendLeaf(frontier, leaf, sink);
  }
  return Fold(digest, frontier.Root());
}

constexpr uint64_t kVolunteers = 1'000;

// A machine with a town's parties, and kMost entries for it.
struct Town {
  PlainHistory history{kMost + 2 * kVolunteers};
  Machine machine{&history};
  std::vector<hbk_entry> entries{kMost};

  Town() {
    Workload workload(kVolunteers, /*random_ids=*/true);
    Found(machine, workload);
    workload.Fill(entries);
  }
};

uint64_t TakeJudgeTown(uint64_t count) {
  const auto town = std::make_unique<Town>();
  std::vector<Outcome> outcomes;
  JudgeAll(town->machine, std::span(town->entries).first(count), outcomes);
  uint64_t digest = 0;
  for (const Outcome& outcome : outcomes) {
    digest = Fold(digest, outcome.index);
    digest = Fold(digest, outcome.credit.credits_posted);
  }
  return digest;
}

// Entries that stand, taken in once more by a machine that has those before them.
uint64_t TakeReplayTown(uint64_t count) {
  const auto town = std::make_unique<Town>();
  const auto again = std::make_unique<Town>();
  const uint64_t founding = town->machine.state().size;
  std::vector<Outcome> outcomes;
  JudgeAll(town->machine, town->entries, outcomes);
  for (uint64_t i = founding; i < founding + count; ++i) {
    if (!again->machine.Replay(town->history.At(i).value()).ok()) std::abort();
  }
  return Fold(again->machine.state().size, static_cast<uint64_t>(again->machine.state().last_recorded_at));
}

// A store of kMost entries with their ids.
class Log {
 public:
  // Under valgrind there is less address space than a store asks for by itself.
  Log() : store_(Must(Store::Open(directory_ / "log", {.create = true, .map_size = 1 << 26}))) {
    std::vector<Record> records(kMost);
    std::vector<IdAt> ids(kMost);
    for (uint64_t i = 0; i < kMost; ++i) {
      records[i].entry = SomeService();
      records[i].entry.id = IdOf(i);
      records[i].entry.index = i;
      records[i].entry.recorded_at = static_cast<int64_t>(i) + 1;
      ids[i] = {.id = IdOf(i), .index = i};
    }
    WriteTxn txn = Must(store_->Write());
    Must(txn.Append(records));
    Must(txn.AddIds(ids));
    Must(txn.Commit(Hash{}));
  }

  // Looks ids up by their numbers, from the first on.
  uint64_t Find(uint64_t first, uint64_t count) const {
    const ReadTxn txn = Must(store_->Read());
    uint64_t digest = 0;
    for (uint64_t i = 0; i < count; ++i) {
      digest = Fold(digest, txn.FindId(IdOf(first + i)).value().value_or(kMost));
    }
    return digest;
  }

 private:
  const BenchDir directory_;
  const std::unique_ptr<Store> store_;
};

uint64_t TakeFindId(uint64_t count) { return Log().Find(0, count); }
uint64_t TakeFindNewId(uint64_t count) { return Log().Find(kMost, count); }

struct HotPath {
  const char* name;
  uint64_t (*take)(uint64_t count);
};

constexpr HotPath kHotPaths[] = {
    {"decode_entry", TakeDecodeEntry}, {"encode_entry", TakeEncodeEntry},
    {"check_shape", TakeCheckShape},   {"leaf_hash", TakeLeafHash},
    {"tree_append", TakeTreeAppend},   {"judge_town", TakeJudgeTown},
    {"replay_town", TakeReplayTown},   {"find_id", TakeFindId},
    {"find_new_id", TakeFindNewId},
};

int Main(int argc, char** argv) {
  const uint64_t count = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 0;
  if (count < 1 || count > kMost) {
    std::fprintf(stderr, "usage: hot_paths NAME|all COUNT, with a count from 1 to %" PRIu64 "\n", kMost);
    return 2;
  }
  bool taken = false;
  for (const HotPath& path : kHotPaths) {
    if (std::strcmp(argv[1], path.name) != 0 && std::strcmp(argv[1], "all") != 0) continue;
    const uint64_t digest = path.take(count);
    std::printf("%s %" PRIu64 " %016" PRIx64 "\n", path.name, count, digest);
    Result::Add(digest);
    taken = true;
  }
  Result::Tell();
  if (taken) return 0;
  std::fprintf(stderr, "hot_paths: there is no path %s; 'hot_paths all 1' names all\n", argv[1]);
  return 2;
}

}  // namespace
}  // namespace hourbook::bench

int main(int argc, char** argv) { return hourbook::bench::Main(argc, argv); }
