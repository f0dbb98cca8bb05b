#include "tests/damage/whole_town.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "ledger/audit/publisher.h"
#include "ledger/base/check.h"
#include "ledger/engine/snapshot.h"
#include "tests/base/always.h"
#include "tests/damage/raw_store.h"
#include "tests/model/town_generator.h"

namespace hourbook::damage {
namespace {

constexpr uint32_t kSeed = 2;
constexpr uint64_t kPublishedEntries = 280;  // so that there are tiles of level 1, whole and partial ones
constexpr uint64_t kLeastEntries = 300;
constexpr uint64_t kStatePeriod = 30;
constexpr int kMostBatches = 4'000;

void Done(const absl::Status& status) { HOURBOOK_CHECK(status.ok(), std::string(status.message()).c_str()); }

// A ledger that is appended to until it has everything.
class Maker {
 public:
  explicit Maker(const std::string& path) : path_(path), generator_(kSeed) {
    LedgerOptions options = WholeTownOptions();
    options.clock = [this] { return now_; };
    auto ledger =
        Ledger::Create(path, {"town.example/hours", "Asia/Shanghai", kShanghai, kMidnight, kNoId}, options);
    Done(ledger.status());
    ledger_ = *std::move(ledger);
    Append(generator_.Founding());
  }

  void AppendUntilPublished() { AppendUntil([this] { return entries_.size() >= kPublishedEntries; }); }
  void AppendUntilWhole() { AppendUntil([this] { return IsWhole(); }); }

  Ledger& ledger() { return *ledger_; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  template <class IsEnough>
  void AppendUntil(IsEnough is_enough) {
    for (int batch = 0; !is_enough(); ++batch) {
      HOURBOOK_CHECK(batch < kMostBatches, "chance brings everything soon enough");
      now_ += int64_t{generator_.Below(20)} * 1'000'000'000;
      if (generator_.OneIn(40)) now_ += kDay;
      Append(generator_.Batch(entries_));
    }
  }

  void Append(const std::vector<Entry>& batch) {
    std::vector<Outcome> outcomes(batch.size());
    Done(ledger_->Append(batch, absl::InfiniteFuture(), absl::MakeSpan(outcomes)));
    const auto snapshot = ledger_->OpenSnapshot();
    Done(snapshot.status());
    for (uint64_t i = entries_.size(); i < (*snapshot)->size(); ++i) {
      entries_.push_back((*snapshot)->At(i)->entry);
      kinds_.insert(entries_.back().kind);
    }
    head_ = (*snapshot)->txn().ReadStateHead().value();
  }

  bool IsWhole() const {
    return entries_.size() >= kLeastEntries && kinds_.size() == static_cast<size_t>(kLastKind) &&
           head_.part_count > 1 && head_.parts[0].number > 1 && head_.changes.number != 0 &&
           head_.whole.pages > 0;
  }

  const std::string path_;
  int64_t now_ = kMidnight + 8 * kDay;
  TownGenerator generator_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<Entry> entries_;
  std::set<uint16_t> kinds_;
  StateHead head_{};
};

// A ledger of this size has its ids in memory alone: the store is given them as a large ledger does it.
void IndexIds(const std::vector<Entry>& entries, WriteTxn& txn) {
  uint64_t next = 0;
  const auto add = [&](uint64_t count) {
    std::vector<IdAt> ids;
    for (const uint64_t end = next + count; next < end; ++next) ids.push_back({entries[next].id, next});
    Done(txn.AddIds(ids));
  };
  for (int run = 0; run < 16; ++run) add(1);
  Done(txn.MergeIds(16));
  const uint64_t rest = entries.size() - next - 10;  // a few are not indexed yet
  for (int run = 0; run < 4; ++run) add(rest / 4);
  Done(txn.MergeIds(1));
}

// A page of a part that the head names no more, as there are some for a while.
void LeavePageBehind(WriteTxn& txn) {
  const StateHead head = txn.ReadStateHead().value();
  uint64_t part = head.last_number;
  while (SpeaksOf(head, part)) --part;
  HOURBOOK_CHECK(part > 0, "parts come and go");
  Done(txn.PutStatePage(part, 1, 0, txn.StatePage(head.parts[0].number, 0, 0).value()));
}

}  // namespace

LedgerOptions WholeTownOptions() {
  LedgerOptions options;
  options.map_size = uint64_t{1} << 24;
  options.state_period = kStatePeriod;
  return options;
}

bool SpeaksOf(const StateHead& head, uint64_t part) {
  const StatePart* const end = head.parts + head.part_count;
  return part == head.changes.number || part == head.whole.job.number ||
         std::any_of(head.parts, end, [&](const StatePart& named) { return named.number == part; });
}

WholeTown MakeWholeTown(const std::string& directory) {
  WholeTown town{.ledger = directory + "/ledger",
                 .site = directory + "/site",
                 .made = directory + "/made",
                 .signer = Signer::Generate("town.example/hours", SignatureType::kEd25519).value(),
                 .entries = {}};
  {
    Maker maker(town.made);
    maker.AppendUntilPublished();
    Done(Publish(maker.ledger(), town.signer, town.site, Always).status());
    maker.AppendUntilWhole();
    town.entries = maker.entries();
  }
  {
    const auto store = Store::Open(town.made, {.map_size = uint64_t{1} << 24});
    Done(store.status());
    auto txn = (*store)->Write();
    Done(txn.status());
    IndexIds(town.entries, *txn);
    LeavePageBehind(*txn);
    Done(txn->Commit(txn->head().root));
  }
  const auto ledger = Ledger::Open(town.made, WholeTownOptions());
  Done(ledger.status());
  Done((*ledger)->Backup(town.ledger));  // without the pages that are free
  return town;
}

}  // namespace hourbook::damage
