#include "bench/peers/town.h"

#include <cstring>

namespace hourbook::bench {
namespace {

constexpr uint64_t kPart = 0;
constexpr uint64_t kTriedPart = 1;

hbk_entry EntryOf(uint8_t number, uint16_t kind, const uint8_t* debit, const uint8_t* credit,
                  uint64_t amount) {
  hbk_entry entry{};
  entry.id[0] = 't';
  entry.id[15] = number;
  std::memcpy(entry.debit, debit, sizeof(entry.debit));
  std::memcpy(entry.credit, credit, sizeof(entry.credit));
  entry.amount = amount;
  entry.occurred_at = kBenchStart + 1;
  entry.kind = kind;
  entry.unit = HBK_UNIT_POINT;
  if (kind == HBK_KIND_REDEEM) entry.flags = HBK_FLAG_PENDING;
  if (kind == HBK_KIND_AWARD) {
    entry.code = kGrantCode;
    entry.ref[0] = 't';
    entry.ref[15] = number;
  }
  return entry;
}

}  // namespace

Town::Town(uint64_t volunteers)
    : workload_(volunteers, true, Mix::kTown, kPart), founding_(Workload::Shared()) {
  for (const hbk_entry& open : workload_.Founding()) founding_.push_back(open);
  tried_ = Workload(1, true, Mix::kTown, kTriedPart).Founding().front();
  founding_.push_back(tried_);
  accounts_ = AccountsOf(founding_);
}

void Town::Add(const Movement& movement) {
  sums_[movement.debit] -= static_cast<int64_t>(movement.amount);
  sums_[movement.credit] += static_cast<int64_t>(movement.amount);
}

Batch Town::Next(size_t size) {
  Batch batch;
  batch.entries.resize(size);
  workload_.Fill(batch.entries);
  for (const hbk_entry& entry : batch.entries) {
    batch.movements.push_back(bookkeeper_.MovementOf(entry));
    Add(batch.movements.back());
  }
  return batch;
}

Town::Trial Town::TryChecks(const Batch& before) {
  const std::vector<hbk_entry> shared = Workload::Shared();
  const uint8_t* const programme = shared[0].credit;
  const uint8_t* const station = shared[2].credit;
  const uint8_t* const volunteer = tried_.credit;
  Trial trial;
  const auto give = [&](const hbk_entry& entry, const Movement& movement, Verdict expected) {
    trial.batch.entries.push_back(entry);
    trial.batch.movements.push_back(movement);
    trial.expected.push_back(expected);
    if (expected == Verdict::kRecorded) Add(movement);
  };
  const auto give_new = [&](const hbk_entry& entry, Verdict expected) {
    give(entry, bookkeeper_.MovementOf(entry), expected);
  };
  const hbk_entry award = EntryOf(2, HBK_KIND_AWARD, programme, volunteer, 5);
  give_new(EntryOf(1, HBK_KIND_REDEEM, volunteer, station, 1), Verdict::kRefused);  // before it has any
  give_new(award, Verdict::kRecorded);
  give_new(award, Verdict::kExists);
  give_new(EntryOf(3, HBK_KIND_REDEEM, volunteer, station, 0), Verdict::kRefused);
  give_new(EntryOf(4, HBK_KIND_REDEEM, volunteer, station, 3), Verdict::kRecorded);
  give_new(EntryOf(5, HBK_KIND_REDEEM, volunteer, station, 3), Verdict::kRefused);  // 2 are left
  give_new(EntryOf(6, HBK_KIND_REDEEM, volunteer, station, 2), Verdict::kRecorded);
  give_new(EntryOf(7, HBK_KIND_REDEEM, volunteer, station, 1), Verdict::kRefused);
  for (size_t i = 0; i < before.entries.size(); ++i) {
    give(before.entries[i], before.movements[i], Verdict::kExists);
  }
  return trial;
}

std::vector<Balance> Town::Expected() const {
  std::vector<Balance> balances;
  for (const auto& [account, sum] : sums_) {
    if (sum != 0) balances.push_back({account, sum});
  }
  return balances;
}

}  // namespace hourbook::bench
