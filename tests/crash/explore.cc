#include "tests/crash/explore.h"

#include <xxhash.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>
#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "tests/base/effort.h"
#include "tests/crash/disk.h"

namespace hourbook::crash {
namespace {

uint64_t HashOf(const Contents& contents, uint64_t promised) {
  uint64_t hash = XXH3_64bits(&promised, sizeof(promised));
  const auto add = [&](const std::string& bytes) {
    hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash + bytes.size());
  };
  for (const std::string& name : contents.directories) add(name + "/");
  for (const auto& [name, bytes] : contents.files) {
    add(name);
    add(bytes);
  }
  return hash;
}

void PutInto(const std::string& directory, const Contents& contents) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  for (const std::string& name : contents.directories) std::filesystem::create_directories(directory + "/" + name);
  for (const auto& [name, bytes] : contents.files) {
    std::ofstream file(directory + "/" + name, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    HOURBOOK_CHECK(file.good(), "there is room for a state");
  }
}

class Explorer {
 public:
  Explorer(const std::string& directory, const Effort& effort, const Check& check)
      : directory_(directory), effort_(effort), check_(check), random_(effort.seed) {}

  void Take(const Op& op) {
    // Of threads one may say late what it was promised first.
    if (op.kind == Op::Kind::kPromise) promised_ = std::max(promised_, op.offset);
    disk_.Take(op);
    ++explored_.calls;
    const size_t changes = disk_.unsynced();
    const std::vector<bool> none(changes, false), all(changes, true);
    Try(disk_.After(none));
    Try(disk_.After(all));
    for (const size_t change : Some(changes)) {
      TryWith(change, none);
      TryWith(change, all);
    }
    for (int i = 0; i < effort_.mixtures && changes > 1; ++i) TryMixture();
  }

  const Explored& explored() const { return explored_; }

 private:
  std::vector<size_t> Some(size_t changes) {
    std::vector<size_t> chosen(changes);
    std::iota(chosen.begin(), chosen.end(), size_t{0});
    std::shuffle(chosen.begin(), chosen.end(), random_);
    chosen.resize(std::min(changes, effort_.most_alone));
    return chosen;
  }

  // The change against the others: there or missing, and torn at sectors and at pages.
  void TryWith(size_t change, std::vector<bool> others) {
    others[change] = !others[change];
    Try(disk_.After(others));
    others[change] = false;
    for (const uint64_t unit : {uint64_t{512}, uint64_t{4'096}}) {
      std::vector<Disk::Part> parts = disk_.PartsOf(change, unit);
      std::shuffle(parts.begin(), parts.end(), random_);
      parts.resize(std::min(parts.size(), effort_.most_parts));
      for (const Disk::Part& part : parts) Try(disk_.After(others, part));
    }
  }

  void TryMixture() {
    std::vector<bool> written(disk_.unsynced());
    for (size_t i = 0; i < written.size(); ++i) written[i] = random_() % 2 == 0;
    const size_t torn = random_() % written.size();
    const std::vector<Disk::Part> parts = disk_.PartsOf(torn, random_() % 2 == 0 ? 512 : 4'096);
    if (parts.empty()) {
      Try(disk_.After(written));
    } else {
      written[torn] = false;
      Try(disk_.After(written, parts[random_() % parts.size()]));
    }
  }

  void Try(const Contents& contents) {
    if (effort_.ends_at_unsound && explored_.unsound > 0) return;
    if (!seen_.insert(HashOf(contents, promised_)).second) return;
    ++explored_.states;
    PutInto(directory_, contents);
    const absl::Status checked = check_(promised_);
    if (checked.ok() || ++explored_.unsound > 1) return;
    explored_.first = absl::StrCat("after call ", explored_.calls, " with ", promised_, " promised: ",
                                   checked.message());
  }

  const std::string directory_;
  const Effort effort_;
  const Check& check_;
  std::mt19937_64 random_;
  Disk disk_;
  uint64_t promised_ = 0;
  std::unordered_set<uint64_t> seen_;
  Explored explored_;
};

}  // namespace

Effort Given(Effort effort) {
  effort.seed += (TestSeed() - 1) * 1'000;
  effort.mixtures *= static_cast<int>(TestEffort());
  effort.most_alone *= TestEffort();
  if (TestEffort() > 1) effort.most_parts = SIZE_MAX;
  return effort;
}

std::vector<Op> Without(Op::Kind sync, std::vector<Op> ops) {
  if (sync == Op::Kind::kSyncedWrite) {
    for (Op& op : ops) {
      if (op.kind == sync) op.kind = Op::Kind::kWrite;
    }
  } else {
    std::erase_if(ops, [sync](const Op& op) { return op.kind == sync; });
  }
  return ops;
}

Explored Explore(const std::vector<Op>& ops, const std::string& directory, const Effort& effort,
                 const Check& check) {
  Explorer explorer(directory, effort, check);
  for (const Op& op : ops) explorer.Take(op);
  const Explored& explored = explorer.explored();
  if (effort.ends_at_unsound) return explored;  // meant to be
  PrintCounts("crash", {{"calls", explored.calls}, {"states", explored.states}, {"unsound", explored.unsound}});
  return explored;
}

}  // namespace hourbook::crash
