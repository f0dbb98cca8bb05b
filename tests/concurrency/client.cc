#include "tests/concurrency/client.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "ledger/base/error.h"
#include "ledger/engine/cursor.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

// Each caller's services are in hours of its own, but for those that are to meet others'.
constexpr uint64_t kHoursEach = 6'000;
constexpr uint64_t kAllHours = 190'000;
constexpr uint32_t kSharedHours = 400;
constexpr uint32_t kSharedIds = 300;

// Units that its entries move.
constexpr Unit kUnits[] = {Unit::kMinute, Unit::kPoint};

// What a failed call says about what is on disk.
Operation::Answer AnswerFrom(const absl::Status& status) {
  if (status.ok()) return Operation::Answer::kGiven;
  switch (FailureOf(status)) {
    case Failure::kTimeout:
    case Failure::kMapFull:  // while somebody keeps a snapshot open
      return Operation::Answer::kNothing;
    default:
      ADD_FAILURE() << status;
      return Operation::Answer::kNone;
  }
}

Entry About(Kind kind, const Id& id, const Id& ref) {
  Entry entry{};
  entry.id = id;
  entry.ref = ref;
  entry.recorder = kRecorder;
  entry.occurred_at = kStart;
  entry.kind = static_cast<uint16_t>(kind);
  return entry;
}

Entry Mirror(const Entry& original, const Id& id) {
  Entry entry = About(Kind::kReverse, id, original.id);
  entry.debit = original.credit;
  entry.credit = original.debit;
  entry.unit = original.unit;
  entry.amount = original.amount;
  entry.code = 1;
  return entry;
}

}  // namespace

Client::Client(Ledger& ledger, CallHistory& history, uint32_t caller, uint32_t seed)
    : ledger_(ledger), history_(history), caller_(caller), random_(seed * 1'000 + caller) {}

void Client::Step() {
  const uint32_t choice = Below(8);
  if (choice < 2) {
    Look();
  } else if (choice < 4) {
    Submit();
  } else {
    Append();
  }
}

void Client::StepOfReader() {
  if (held_ != nullptr) LookAgain(*held_);
  if (held_ != nullptr && OneIn(2)) return;
  held_.reset();
  held_ = Look();
}

Id Client::NewId() { return MakeId('x', (uint64_t{caller_} << 32) + ++next_id_); }

Entry Client::AnyEntry() {
  const uint32_t volunteer = Below(kClientsVolunteers);
  const uint32_t shared = Below(kSharedIds);
  switch (Below(12)) {
    case 0: {  // in an hour that others want too
      Entry entry = Service(Below(kSharedHours), volunteer);
      entry.id = NewId();
      return entry;
    }
    case 1:
    case 2: {
      Entry entry = Grant(shared, volunteer, 10);
      entry.id = NewId();
      entry.ref = entry.id;
      return entry;
    }
    case 3:
    case 4:
    case 5: {
      Entry entry = Redeem(shared, volunteer, 1 + Below(25));
      entry.id = NewId();
      return entry;
    }
    case 6:  // under ids that others use too, sometimes with the same body
      return Redeem(shared, shared % kClientsVolunteers, 1 + Below(2), true);
    case 7:
      return About(Kind::kPost, NewId(), MakeId('r', shared));
    case 8:
      return About(Kind::kVoid, NewId(), MakeId('r', shared));
    case 9:
      if (!sent_.empty()) return sent_[Below(static_cast<uint32_t>(sent_.size()))];
      break;
    case 10:
      if (!sent_.empty()) return Mirror(sent_[Below(static_cast<uint32_t>(sent_.size()))], NewId());
      break;
    default:
      break;
  }
  const uint64_t hour = kSharedHours + (caller_ * kHoursEach + next_hour_++) % kAllHours;
  Entry entry = Service(hour, volunteer);
  entry.id = NewId();
  return entry;
}

std::vector<Entry> Client::AnyBatch() {
  size_t count = 1;
  if (OneIn(3)) count = 2 + Below(20);
  if (OneIn(25)) count = 400 + Below(400);  // enough for the writer thread
  const bool is_chain = OneIn(6) && count < 10;
  std::vector<Entry> batch;
  while (batch.size() < count) {
    batch.push_back(AnyEntry());
    batch.back().flags &= static_cast<uint16_t>(~kFlagLinked);
    if (is_chain && batch.size() < count) batch.back().flags |= kFlagLinked;
  }
  const Entry& kept = batch[Below(static_cast<uint32_t>(count))];
  if (sent_.size() < 100)
    sent_.push_back(kept);
  else
    sent_[Below(100)] = kept;
  return batch;
}

void Client::Append() {
  const absl::Time deadline =
      OneIn(10) ? absl::Now() + absl::Microseconds(Below(500)) : absl::InfiniteFuture();
  Operation& append = history_.Begin(AnyBatch());
  const absl::Status status = ledger_.Append(append.batch, deadline, absl::MakeSpan(append.outcomes));
  history_.End(append, AnswerFrom(status));
}

void Client::Submit() {
  Operation& append = history_.Begin(AnyBatch());
  CallHistory& history = history_;
  const uint64_t number = ++submitted_;
  const auto tell = [&append, &history, number, told = told_](const absl::Status& status) {
    history.End(append, AnswerFrom(status));
    EXPECT_GT(number, *told) << "in the order of their submission";
    *told = number;
  };
  const absl::Status submitted =
      ledger_.Submit(append.batch, absl::InfiniteFuture(), absl::MakeSpan(append.outcomes), tell);
  if (!submitted.ok()) history_.End(append, AnswerFrom(submitted));
}

std::unique_ptr<Client::Held> Client::Look() {
  const int64_t invoked = MonotonicNow();
  auto snapshot = ledger_.OpenSnapshot();
  const int64_t responded = MonotonicNow();
  if (!snapshot.ok()) {
    EXPECT_EQ(FailureOf(snapshot.status()), Failure::kMapFull) << snapshot.status();
    return nullptr;
  }
  Operation seen = Ask(**snapshot);
  seen.invoked = invoked;
  seen.responded = responded;
  history_.Add(seen);
  return std::make_unique<Held>(Held{*std::move(snapshot), std::move(seen)});
}

void Client::LookAgain(const Held& held) {
  const Operation again = Ask(*held.snapshot);
  ASSERT_EQ(again.size, held.seen.size);
  for (size_t i = 0; i < again.balances.size(); ++i) {
    ASSERT_EQ(again.balances[i].balance, held.seen.balances[i].balance) << "a snapshot stays as it is";
  }
  Walk(*held.snapshot);
}

Operation Client::Ask(const Snapshot& snapshot) {
  Operation seen;
  seen.size = snapshot.size();
  for (uint64_t i = 0; i <= kClientsVolunteers; ++i) {  // the last one is nobody
    for (const Unit unit : kUnits) {
      const auto account = snapshot.AccountOf(Volunteer(i), unit);
      EXPECT_TRUE(account.ok() || FailureOf(account.status()) == Failure::kNotFound) << account.status();
      seen.balances.push_back({Volunteer(i), unit, std::nullopt});
      if (account.ok()) seen.balances.back().balance = account->balance;
    }
  }
  const auto ask = [&](const Id& id) {
    const auto found = snapshot.Find(id);
    EXPECT_TRUE(found.ok()) << found.status();
    if (found.ok()) seen.entries.push_back({id, *found});
  };
  for (int i = 0; i < 4; ++i) ask(MakeId('r', Below(kSharedIds)));
  for (uint32_t i = 0; i < 4 && !sent_.empty(); ++i)
    ask(sent_[Below(static_cast<uint32_t>(sent_.size()))].id);
  return seen;
}

// An account's entries, newest first, are all of those that its balance is made of.
void Client::Walk(const Snapshot& snapshot) {
  const Id party = Volunteer(Below(kClientsVolunteers));
  auto cursor = Cursor::Account(snapshot, party, Unit::kMinute, {});
  ASSERT_TRUE(cursor.ok()) << cursor.status();
  std::vector<Entry> page(1 + Below(100));
  uint64_t before = snapshot.size(), credits = 0;
  while (true) {
    const auto count = cursor->Next(absl::MakeSpan(page));
    ASSERT_TRUE(count.ok()) << count.status();
    if (*count == 0) break;
    for (size_t i = 0; i < *count; ++i) {
      ASSERT_LT(page[i].index, before);
      before = page[i].index;
      if (page[i].credit == party) credits += page[i].amount;
    }
  }
  EXPECT_EQ(credits, snapshot.AccountOf(party, Unit::kMinute)->balance.credits_posted);
}

}  // namespace hourbook
