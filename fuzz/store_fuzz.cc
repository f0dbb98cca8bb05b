// A ledger's store changed by somebody who knows its format: records flipped, set, lost, copied, cut; entries
// altered; and checksums, leaf hashes, the tree made right again, or all that is made of the entries taken
// away. LMDB's own pages are sound (tests/damage has those that are not). Nothing crashes or hangs. What
// verifies is a history that follows the rules, and every answer is what its entries make; it is the one that
// was recorded, or differs only after the last checkpoint, or the audit says so.
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "fuzz/fuzz_input.h"
#include "fuzz/small_pages.h"
#include "ledger/audit/ledger_audit.h"
#include "ledger/base/error.h"
#include "ledger/engine/cursor.h"
#include "ledger/engine/published.h"
#include "ledger/engine/snapshot.h"
#include "ledger/engine/verify.h"
#include "ledger/rules/machine.h"
#include "tests/audit/full_audit.h"
#include "tests/base/always.h"
#include "tests/base/temp_dir.h"
#include "tests/damage/files.h"
#include "tests/damage/forge.h"
#include "tests/damage/raw_store.h"
#include "tests/damage/whole_town.h"
#include "tests/rules/memory_history.h"

namespace hourbook::fuzz {
namespace {

using damage::Contents;
using damage::Repair;

constexpr uint32_t kMostChanges = 6;

bool IsDamage(const absl::Status& status) {
  switch (FailureOf(status)) {
    case Failure::kCorrupt:
    case Failure::kTruncated:
    case Failure::kNotALedger:
    case Failure::kNewerFormat:
    case Failure::kUnsound:
      return true;
    default:
      return false;
  }
}

// The ledger that is changed, made once.
struct Town {
  TempDir temp{TempDir::MemoryBase()};
  damage::WholeTown whole = damage::MakeWholeTown(temp / "");
  std::string file = damage::ReadAll(whole.ledger + "/data.mdb");
  std::vector<damage::RawRecord> records = damage::RawStore(whole.ledger).ReadAll();
  Contents contents = damage::ContentsOf(records);
  uint64_t published = (*ReadPublished(whole.ledger))->checkpoint.size;
};

Town& TheTown() {
  static Town town;
  return town;
}

// Changes of whatever is stored.
class Changer {
 public:
  Changer(FuzzInput& input, Contents& contents) : input_(input), contents_(contents) {}

  void Change() {
    if (contents_.empty()) return;
    switch (input_.Below(8)) {
      case 0:
        contents_.erase(Any());
        return;
      case 1:
        return CopyValue();
      case 2:
        return MoveRecord();
      case 3:
        return Resize();
      case 4:
        return SetWord();
      case 5:
        return ChangeEntry();
      default:
        return FlipByte();
    }
  }

 private:
  // Each database as often as the others, for most records are of the log.
  Contents::iterator Any() {
    static constexpr const char* kDatabases[] = {"log", "meta", "ids", "tiles", "state"};
    auto first = contents_.lower_bound({kDatabases[input_.Below(5)], ""});
    if (first == contents_.end()) first = contents_.begin();
    for (uint32_t steps = input_.Below(64); steps > 0; --steps) {
      const auto next = std::next(first);
      if (next == contents_.end() || next->first.first != first->first.first) break;
      first = next;
    }
    return first;
  }

  void FlipByte() {
    std::string& value = Any()->second;
    if (value.empty()) return;
    const auto by = input_.Take<uint8_t>();
    Flip(value, input_.Take<uint16_t>(), by);
  }

  void SetWord() {
    std::string& value = Any()->second;
    const size_t words = value.size() / sizeof(uint64_t);
    if (words == 0) return;
    const size_t at = input_.Take<uint16_t>() % words * sizeof(uint64_t);
    const uint64_t word = input_.Below(4) == 0 ? input_.Take<uint64_t>() : input_.Below(64) - uint64_t{8};
    std::memcpy(value.data() + at, &word, sizeof(word));
  }

  void CopyValue() {
    const std::string value = Any()->second;
    Any()->second = value;
  }

  void MoveRecord() {
    const auto record = Any();
    Contents::key_type key = record->first;
    const std::string value = record->second;
    if (input_.Below(2) == 0) contents_.erase(record);
    const auto by = input_.Take<uint8_t>();
    Flip(key.second, input_.Below(16), by);
    contents_[key] = value;
  }

  void Resize() {
    std::string& value = Any()->second;
    const size_t unit = size_t{1} << input_.Below(9);
    const bool grows = input_.Below(2) == 0 && value.size() + unit < kOnePage;
    value.resize(grows ? value.size() + unit : value.size() - std::min(unit, value.size()));
  }

  void ChangeEntry() {
    const auto any = contents_.lower_bound({"log", ""});
    if (any == contents_.end() || any->first.first != "log") return;
    auto block = any;
    for (uint32_t steps = input_.Below(32); steps > 0; --steps) {
      if (std::next(block) == contents_.end() || std::next(block)->first.first != "log") break;
      ++block;
    }
    const size_t records = block->second.size() / sizeof(StoredRecord);
    if (records == 0) return;
    const size_t at = input_.Below(17) % records * sizeof(StoredRecord) + input_.Below(sizeof(Entry));
    Flip(block->second, at, input_.Take<uint8_t>());
  }

  FuzzInput& input_;
  Contents& contents_;
};

// Of an account, to its begin; no statement goes on for ever.
void AskForStatement(const Snapshot& snapshot, const Id& party, Unit unit, size_t most) {
  auto cursor = Cursor::Statement(snapshot, party, unit, {});
  if (!cursor.ok()) return;
  Entry page[8];
  for (size_t asked = 0;; ++asked) {
    FUZZ_CHECK(asked <= most);
    const absl::StatusOr<size_t> count = cursor->Next(page);
    if (!count.ok() || *count == 0) return;
  }
}

// Asks everything that a reader may; of a store that does not verify any answer will do.
void AskAll(const Snapshot& snapshot, const std::vector<Entry>& entries) {
  constexpr size_t kProofsEvery = 32;
  (void)snapshot.Stat();
  std::set<Id> parties;
  for (const Entry& entry : entries) {
    (void)snapshot.Get(entry.id);
    parties.insert(entry.credit);
    if (entry.index % kProofsEvery != 0) continue;
    (void)snapshot.RootAt(entry.index);
    (void)snapshot.ProveInclusion(entry.index, snapshot.size());
  }
  for (const Id& party : parties) {
    (void)snapshot.IdsOf(party);
    const auto units = snapshot.UnitsOf(party);
    if (!units.ok()) continue;
    for (const Unit unit : *units) AskForStatement(snapshot, party, unit, entries.size());
  }
}

// That each answer is what the entries make.
void CheckAnswers(const Snapshot& snapshot, const std::vector<Entry>& entries) {
  MemoryHistory history;
  Machine machine(&history);
  for (const Entry& entry : entries) {
    FUZZ_CHECK(machine.Replay(entry).ok());
    const absl::StatusOr<std::optional<uint64_t>> found = snapshot.Find(entry.id);
    FUZZ_CHECK(found.ok() && *found == entry.index);
  }
  const Accounts& accounts = machine.state().accounts;
  FUZZ_CHECK(snapshot.Parties(0, entries.size()).size() == accounts.parties().size());
  for (Slot i = 0; i < accounts.accounts().size(); ++i) {
    const Account& account = accounts.account(i);
    const auto answer = snapshot.AccountOf(accounts.party(account.party).id, static_cast<Unit>(account.unit));
    FUZZ_CHECK(answer.ok() && answer->balance == account.balance && answer->last_index == account.last_index);
  }
  const absl::StatusOr<SnapshotStat> stat = snapshot.Stat();
  FUZZ_CHECK(stat.ok() && stat->holds == machine.state().holds.open() &&
             stat->accounts == accounts.accounts().size());
}

absl::Status TryAudit(const Snapshot& snapshot) {
  AuditReport report;
  return AuditLedger(snapshot, FullAudit(TheTown().whole.signer.verifier()), Always, report);
}

std::vector<Entry> EntriesOf(const Snapshot& snapshot) {
  std::vector<Entry> entries;
  for (uint64_t i = 0; i < std::min<uint64_t>(snapshot.size(), 2 * TheTown().whole.entries.size()); ++i) {
    const absl::StatusOr<Record> record = snapshot.At(i);
    if (record.ok()) entries.push_back(record->entry);
  }
  return entries;
}

// Whether it is sound, whatever is asked.
bool CheckSnapshot(const Snapshot& snapshot, Repair repair) {
  const std::vector<Entry> entries = EntriesOf(snapshot);
  AskAll(snapshot, entries);
  const absl::Status verified = Verify(snapshot, Always);
  if (!verified.ok()) {
    FUZZ_CHECK(IsDamage(verified));
    FUZZ_CHECK(IsDamage(TryAudit(snapshot)));
    return false;
  }
  FUZZ_CHECK(entries.size() == snapshot.size());
  CheckAnswers(snapshot, entries);
  const std::vector<Entry>& recorded = TheTown().whole.entries;
  if (entries == recorded) return true;
  FUZZ_CHECK(repair >= Repair::kTree);
  const uint64_t published = TheTown().published;
  const bool keeps_published =
      entries.size() >= published &&
      std::equal(recorded.begin(), recorded.begin() + static_cast<ptrdiff_t>(published), entries.begin());
  FUZZ_CHECK(TryAudit(snapshot).ok() == keeps_published);
  return true;
}

// Going on with what is there: what is sound stays so; what is not may be refused.
void TryAppend(Ledger& ledger, bool is_sound) {
  Entry open{};
  open.id.fill(0xee);
  open.credit.fill(0xee);
  open.kind = static_cast<uint16_t>(Kind::kOpen);
  open.code = static_cast<uint16_t>(PartyKind::kVolunteer);
  Outcome outcome;
  const absl::Status appended = ledger.Append({&open, 1}, absl::InfiniteFuture(), {&outcome, 1});
  if (!is_sound) return;
  if (!ledger.not_behind().ok()) {
    FUZZ_CHECK(!appended.ok());
    return;
  }
  FUZZ_CHECK(appended.ok());
  const auto snapshot = ledger.OpenSnapshot();
  FUZZ_CHECK(snapshot.ok() && Verify(**snapshot, Always).ok());
}

void Check(FuzzInput input) {
  Town& town = TheTown();
  const auto repair = static_cast<Repair>(input.Below(damage::kRepairs));
  Contents changed = town.contents;
  Changer changer(input, changed);
  for (uint32_t i = 0; i < kMostChanges && !input.empty(); ++i) changer.Change();
  MakeRight(repair, changed);
  damage::WriteAll(town.whole.ledger + "/data.mdb", town.file);
  {
    damage::RawStore store(town.whole.ledger);
    Replace(store, town.contents, changed);
  }
  const auto ledger = Ledger::Open(town.whole.ledger, damage::WholeTownOptions());
  if (!ledger.ok()) {
    FUZZ_CHECK(changed != town.contents && IsDamage(ledger.status()));
    return;
  }
  bool is_sound = false;
  {
    const auto snapshot = (*ledger)->OpenSnapshot();
    FUZZ_CHECK(snapshot.ok());
    is_sound = CheckSnapshot(**snapshot, repair);
  }
  FUZZ_CHECK(is_sound || changed != town.contents);
  TryAppend(**ledger, is_sound);
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::Check(hourbook::fuzz::FuzzInput(data, size));
  return 0;
}
