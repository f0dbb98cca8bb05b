// Entries for a random town where ids, times and parties are so few that entries keep meeting each
// other: most of them sensible as the log stands, some spoilt, some sent again.
#ifndef TESTS_MODEL_TOWN_GENERATOR_H_
#define TESTS_MODEL_TOWN_GENERATOR_H_

#include <algorithm>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "ledger/rules/policy.h"
#include "tests/rules/town.h"

namespace hourbook {

// One seed makes one town.
class TownGenerator {
 public:
  explicit TownGenerator(uint32_t seed) : random_(std::mt19937(seed)) {}

  // Whatever gives numbers makes a town: a fuzzer's bytes, too.
  explicit TownGenerator(std::function<uint32_t()> random) : random_(std::move(random)) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool OneIn(uint32_t chances) { return Below(chances) == 0; }

  // Who writes the first policies, whether the genesis names them or not.
  static Id FirstAuthority() { return Named('R', 0); }

  // What a town begins with, so that most of what follows has a chance.
  std::vector<Entry> Founding() {
    std::vector<Entry> entries;
    const auto open = [&](const Id& party, PartyKind kind) {
      Entry entry = Blank(Kind::kOpen);
      entry.credit = party;
      entry.code = static_cast<uint16_t>(kind);
      entries.push_back(entry);
    };
    const auto rule = [&](Topic topic, const Id& scope, uint8_t key, uint64_t value) {
      Entry entry = Blank(Kind::kPolicy);
      entry.credit = scope;
      entry.ref[0] = key;
      entry.amount = value;
      entry.code = static_cast<uint16_t>(topic);
      entry.recorder = FirstAuthority();
      entry.occurred_at = kMidnight;
      entries.push_back(entry);
    };
    open(Named('T', 0), PartyKind::kTeam);
    open(Named('P', 0), PartyKind::kProgramme);
    open(Named('P', 1), PartyKind::kProgramme);
    open(Named('S', 0), PartyKind::kStation);
    open(Named('R', 0), PartyKind::kRecorder);
    open(Named('R', 1), PartyKind::kRecorder);
    open(Named('F', 0), PartyKind::kSponsor);
    open(Named('B', 0), PartyKind::kBeneficiary);
    for (uint64_t i = 0; i < 3; ++i) open(Named('V', i), PartyKind::kVolunteer);
    rule(Topic::kTariff, Named('P', 0), 1, 10);
    rule(Topic::kTariff, Named('P', 1), 1, 6);
    // Some towns pay sums that 64 bits hardly hold.
    const bool is_rich = OneIn(10);
    rule(Topic::kGrant, Named('P', 0), 2, is_rich ? UINT64_MAX : 60);
    rule(Topic::kBudget, Named('P', 0), 0, is_rich ? UINT64_MAX : 300 + Below(2'000));
    if (is_rich) {
      rule(Topic::kGrant, Named('P', 1), 2, UINT64_MAX);
      rule(Topic::kBudget, Named('P', 1), 0, UINT64_MAX);
      rule(Topic::kBankBudget, Named('P', 1), 0, UINT64_MAX);
    }
    if (OneIn(2)) rule(Topic::kBudget, Named('P', 1), 0, 100);
    if (OneIn(2)) rule(Topic::kTransfer, kNoId, 2, 15);
    if (OneIn(2)) rule(Topic::kTransfer, kNoId, 3, 15);
    rule(Topic::kBankRate, kNoId, 1, 60);
    rule(Topic::kBankBudget, Named('P', 0), 0, 500);
    rule(Topic::kUnit, kNoId, 16, 1);
    entries.back().activity[0] = 'x';
    if (OneIn(2)) rule(Topic::kExpiryDays, kNoId, 2, 1);
    rule(Topic::kMaxServiceMinutes, kNoId, 0, 300);
    rule(Topic::kDailyCapMinutes, kNoId, 0, 480);
    return entries;
  }

  std::vector<Entry> Batch(const std::vector<Entry>& log) {
    std::vector<Entry> batch;
    for (uint32_t i = 1 + (OneIn(4) ? Below(4) : 0); i > 0; --i) {
      batch.push_back(One(log));
      const bool may_link = batch.back().kind != static_cast<uint16_t>(Kind::kPolicy);
      if (may_link && OneIn(6)) batch.back().flags |= kFlagLinked;
    }
    if (!OneIn(20)) batch.back().flags &= static_cast<uint16_t>(~kFlagLinked);
    sent_.insert(sent_.end(), batch.begin(), batch.end());
    return batch;
  }

 private:
  Entry Blank(Kind kind) {
    Entry entry{};
    entry.id = Named('e', ++next_id_);
    entry.kind = static_cast<uint16_t>(kind);
    // Quarters of an hour, so that services touch; and some that overlap by a minute.
    entry.occurred_at = kMidnight + int64_t{Below(6 * 96)} * 15 * kMinute;
    if (OneIn(4)) entry.occurred_at += int64_t{Below(3)} * kMinute - kMinute;
    return entry;
  }

  Id Volunteer() { return Named('V', Below(OneIn(8) ? 7 : 3)); }
  Id Recorder() { return OneIn(10) ? Volunteer() : Named('R', Below(OneIn(20) ? 3 : 2)); }
  const Entry& Any(const std::vector<Entry>& log) {
    // Recent ones more often.
    const auto back = std::min<uint32_t>(Below(OneIn(3) ? 200 : 12),
                                         static_cast<uint32_t>(log.size()) - 1);
    return log[log.size() - 1 - back];
  }

  Entry One(const std::vector<Entry>& log) {
    if (!sent_.empty() && OneIn(12)) return Again();
    Entry entry = Sensible(log);
    if (OneIn(3) && entry.evidence == Hash{}) entry.evidence[0] = static_cast<uint8_t>(Below(4));
    if (OneIn(25)) Spoil(entry);
    if (OneIn(15)) entry.flags |= kFlagImported;
    if ((entry.flags & kFlagImported) != 0) {
      entry.recorded_at = log.back().recorded_at + int64_t{Below(100)} * 1'000'000'000 -
                          20'000'000'000;
    }
    return entry;
  }

  // Something sent before, as it was or with one thing changed.
  Entry Again() {
    Entry entry = sent_[Below(static_cast<uint32_t>(sent_.size()))];
    if (OneIn(2)) return entry;
    switch (Below(5)) {
      case 0:
        entry.amount += 1;
        break;
      case 1:
        entry.credit = Volunteer();
        break;
      case 2:
        entry.code ^= 1;
        break;
      case 3:
        entry.occurred_at += kMinute;
        break;
      default:
        entry.evidence[3] ^= 1;
    }
    return entry;
  }

  void Spoil(Entry& entry) {
    switch (Below(8)) {
      case 0:
        entry.id = kNoId;
        break;
      case 1:
        entry.unit = static_cast<uint16_t>(Below(5));
        break;
      case 2:
        entry.amount = OneIn(2) ? UINT64_MAX : 0;
        break;
      case 3:
        entry.debit = Named('T', 9);
        break;
      case 4:
        entry.credit = entry.debit;
        break;
      case 5:
        entry.flags = static_cast<uint16_t>(8 << Below(4));
        break;
      case 6:
        entry.occurred_at += 100 * kDay;
        break;
      default:
        entry.recorder = Named('Z', 1);
    }
  }

  Entry Sensible(const std::vector<Entry>& log) {
    switch (Below(23)) {
      case 0: {
        Entry entry = Blank(OneIn(3) ? Kind::kClose : Kind::kOpen);
        // Who is closed stays so: one volunteer in five, or the town would fall silent.
        entry.credit = OneIn(3) ? Named('S', 1 + Below(2)) : Named('V', OneIn(40) ? 0 : 3 + Below(4));
        entry.code = entry.kind == static_cast<uint16_t>(Kind::kOpen) && entry.credit[0] == 'S'
                         ? static_cast<uint16_t>(PartyKind::kStation)
                         : 1;
        return entry;
      }
      case 1: {
        Entry entry = Blank(Kind::kPolicy);
        entry.credit = OneIn(4) ? kNoId : Named('P', Below(3));
        entry.ref[0] = static_cast<uint8_t>(Below(3));
        entry.amount = Below(700);
        entry.code = static_cast<uint16_t>(OneIn(12) ? 32 : 1 + Below(7));
        if (!OneIn(3)) Limit(entry);
        if (OneIn(12)) MoveDays(entry, log.back().recorded_at);
        if (OneIn(15)) entry.activity[1] = 'x';
        if (OneIn(4)) entry.occurred_at = kMidnight;  // as the first ones
        entry.recorder = OneIn(2) ? Named('R', 0) : Recorder();
        return entry;
      }
      case 2:
      case 3:
      case 4:
      case 5:
        return Service();
      case 6:
      case 7:
        return Award(log);
      case 8:
      case 9:
      case 10:
        return Value(OneIn(5) ? Kind::kTransfer : Kind::kRedeem);
      case 11:
        return Value(Kind::kSettle);
      case 12:
      case 13:
      case 14: {
        Entry entry = Blank(OneIn(3) ? Kind::kVoid : Kind::kPost);
        entry.ref = Pending(log).id;
        if (!OneIn(3)) entry.amount = OneIn(2) ? Below(40) : 0;
        if (entry.kind == static_cast<uint16_t>(Kind::kVoid) && !OneIn(5)) entry.amount = 0;
        if (!OneIn(4)) entry.recorder = Recorder();
        return entry;
      }
      case 15:
        return Erasure(log);
      case 19:
      case 20:
        return Record();
      case 21: {
        Entry entry = Blank(OneIn(3) ? Kind::kLink : Kind::kTransfer);
        entry.credit = Named('V', Below(3));
        if (entry.kind == static_cast<uint16_t>(Kind::kLink)) {
          entry.ref = OneIn(12) ? Volunteer() : Named('V', 3 + Below(4));
          entry.recorder = Recorder();
          entry.code = 1;
        } else {
          entry.debit = Named('V', 3 + Below(4));
          if (OneIn(3)) std::swap(entry.debit, entry.credit);
          entry.unit = static_cast<uint16_t>(Unit::kPoint);
          entry.amount = Below(12);
        }
        return entry;
      }
      case 18: {
        Entry entry = Blank(Kind::kAnchor);
        entry.evidence[0] = 1;
        entry.code = 1;
        return entry;
      }
      case 17: {
        Entry entry = Blank(Kind::kExpire);
        entry.debit = OneIn(10) ? Named('B', 0) : Volunteer();
        entry.credit = Named('P', Below(2));
        entry.unit = static_cast<uint16_t>(OneIn(4) ? Unit::kBankMinute : Unit::kPoint);
        entry.amount = OneIn(4) ? Below(60) : 0;
        entry.occurred_at = log.back().recorded_at - int64_t{Below(4)} * kDay -
                            int64_t{Below(3'600)} * 1'000'000'000;
        return entry;
      }
      case 16: {
        Entry entry = Blank(Kind::kFreeze);
        entry.credit = OneIn(4) ? Named('S', 0) : Volunteer();
        entry.amount = OneIn(12) ? 2 : Below(4) == 0;
        entry.code = 1;
        if (OneIn(2)) entry.recorder = Recorder();
        return entry;
      }
      default:
        return Reversal(log);
    }
  }

  // A policy of those that have neither programme nor category, in a range where it matters.
  void Limit(Entry& entry) {
    struct Range {
      Topic topic;
      uint32_t least, span;
    };
    const Range range = Pick({Range{Topic::kMonthlyCapMinutes, 600, 3'000},
                              {Topic::kMonthlyCapPoints, 20, 300},
                              {Topic::kDailyRedemptions, 1, 6},
                              {Topic::kMostHeld, 20, 200},
                              {Topic::kRedeemFrom, 0, 600},
                              {Topic::kSecondPerson, 60, 200},
                              {Topic::kBackdatingDays, 2, 8},
                              {Topic::kCalendarDay, 0, 4},
                              {Topic::kAuthority, 0, 3},
                              {Topic::kRounding, 0, 3},
                              {Topic::kMonthBudget, 20, 600},
                              {Topic::kYearBudget, 100, 900},
                              {Topic::kGrantOnce, 0, 2},
                              {Topic::kExpiryDays, 1, 4},
                              {Topic::kDebtLimit, 0, 60},
                              {Topic::kUnit, 0, 2},
                              {Topic::kCategory, 0, 2},
                              {Topic::kRelative, 0, 30},
                              {Topic::kPool, 0, 30},
                              {Topic::kBankRate, 0, 90},
                              {Topic::kBankBudget, 0, 900},
                              {Topic::kPostWhenOver, 0, 2},
                              {Topic::kSecondPersonCap, 300, 500},
                              {Topic::kImporting, 0, 8}});
    entry.code = static_cast<uint16_t>(range.topic);
    entry.credit = kNoId;
    entry.ref = kNoId;
    entry.amount = range.least + Below(range.span);
    const bool of_programme = range.topic == Topic::kRounding ||
                              range.topic == Topic::kMonthBudget ||
                              range.topic == Topic::kYearBudget ||
                              range.topic == Topic::kGrantOnce ||
                              range.topic == Topic::kBankBudget;
    if (of_programme) entry.credit = Named('P', Below(2));
    if (range.topic == Topic::kRounding || range.topic == Topic::kBankRate) entry.ref[0] = 1;
    if (range.topic == Topic::kGrantOnce || range.topic == Topic::kMostHeld ||
        range.topic == Topic::kExpiryDays || range.topic == Topic::kDebtLimit ||
        range.topic == Topic::kPool) {
      entry.ref[0] = static_cast<uint8_t>(OneIn(3) ? 3 : 2);
    }
    if (range.topic == Topic::kRelative) {
      entry.credit = Volunteer();
      entry.ref = OneIn(2) ? Named('B', 0) : Volunteer();
    }
    if (range.topic == Topic::kUnit || range.topic == Topic::kCategory) {
      entry.ref[0] = static_cast<uint8_t>(range.topic == Topic::kUnit ? 16 : 1 + Below(3));
      entry.activity[0] = 'x';
      if (OneIn(2)) entry.amount = 1;
    }
    // Seldom ended, and allowed again.
    if (range.topic == Topic::kImporting) entry.amount = std::min<uint64_t>(entry.amount, 1);
    if (range.topic == Topic::kAuthority) entry.credit = Named('R', OneIn(3) ? 1 : 0);
    if (range.topic == Topic::kCalendarDay) {
      const uint32_t day = 20'089 + Below(10);  // days since 1970: 1 January 2025 and after
      entry.ref[0] = static_cast<uint8_t>(day);
      entry.ref[1] = static_cast<uint8_t>(day >> 8);
    }
  }

  // The town's days begin an hour earlier or later from some hour on.
  void MoveDays(Entry& entry, int64_t now) {
    entry.code = static_cast<uint16_t>(Topic::kUtcOffset);
    entry.credit = kNoId;
    entry.ref = kNoId;
    entry.activity = kNoId;
    entry.amount = (7 + Below(3)) * 3'600;
    entry.occurred_at = now + (int64_t{Below(40)} - 8) * 60 * kMinute;
  }

  template <class T>
  T Pick(std::initializer_list<T> choices) {
    return *(choices.begin() + Below(static_cast<uint32_t>(choices.size())));
  }

  Entry Erasure(const std::vector<Entry>& log) {
    Entry entry = Blank(Kind::kErase);
    const Entry& of = OneIn(20) ? log[0] : Any(log);
    entry.ref = OneIn(15) ? Named('e', Below(2'000)) : of.id;
    entry.evidence = of.evidence;
    if (OneIn(10)) entry.evidence[0] = static_cast<uint8_t>(Below(4));
    entry.recorder = Recorder();
    entry.code = static_cast<uint16_t>(Below(3));
    return entry;
  }

  Entry Service() {
    Entry entry = Blank(Kind::kService);
    entry.debit = Named('T', 0);
    entry.credit = Volunteer();
    entry.recorder = Recorder();
    entry.unit = static_cast<uint16_t>(Unit::kMinute);
    entry.amount = OneIn(12) ? Below(400) : 15 * (1 + Below(12));
    entry.code = static_cast<uint16_t>(OneIn(6) ? 3 : 1);
    if (OneIn(3)) {
      entry.flags = kFlagPending;
      entry.timeout = Below(3) * 40;
    } else {
      entry.ref = Recorder();
    }
    return entry;
  }

  Entry Record() {
    Entry entry = Blank(Pick({Kind::kTraining, Kind::kLegacy, Kind::kInspection,
                              Kind::kContribution, Kind::kDistribution}));
    entry.debit = OneIn(8) ? Volunteer() : Named('T', 0);
    entry.credit = Volunteer();
    if (entry.kind == static_cast<uint16_t>(Kind::kContribution)) {
      std::swap(entry.debit, entry.credit);
    }
    if (entry.kind == static_cast<uint16_t>(Kind::kDistribution) && OneIn(2)) {
      entry.credit = Named('B', 0);
    }
    entry.activity = OneIn(3) ? kNoId : Named('a', Below(6));
    entry.recorder = Recorder();
    if (entry.kind == static_cast<uint16_t>(Kind::kTraining) && OneIn(2)) entry.ref = Recorder();
    entry.unit = static_cast<uint16_t>(OneIn(10) ? 17 : 16);
    entry.amount = Below(OneIn(8) ? 2 : 9);
    entry.code = static_cast<uint16_t>(1 + Below(3));
    return entry;
  }

  Entry Award(const std::vector<Entry>& log) {
    Entry entry = Blank(Kind::kAward);
    entry.debit = Named('P', OneIn(5) ? 1 : 0);
    entry.unit = static_cast<uint16_t>(Unit::kPoint);
    if (OneIn(3)) {
      entry.credit = OneIn(8) ? Named('B', 0) : Volunteer();
      entry.ref = Named('c', Below(1'000));
      if (OneIn(2)) entry.id = entry.ref;
      entry.amount = 1 + Below(65);
      if (OneIn(12)) entry.amount = UINT64_MAX / (1 + Below(3));
      entry.code = static_cast<uint16_t>(OneIn(8) ? 4 : 2);
    } else {
      const Entry& service = Of(Kind::kService, log);
      entry.credit = service.credit;
      entry.ref = service.id;
      entry.code = service.code;
      entry.amount = service.amount * (entry.debit == Named('P', 0) ? 10 : 6) / 60;
      if (OneIn(10)) ++entry.amount;
      if (OneIn(3)) entry.amount = 0;
    }
    if (OneIn(4)) {
      entry.unit = static_cast<uint16_t>(Unit::kBankMinute);
      if (OneIn(2)) entry.debit = OneIn(3) ? Volunteer() : Named('B', 0);
      if (OneIn(6)) entry.credit = Named('B', 0);
      if (!OneIn(5)) entry.amount = 0;
      if (!OneIn(4)) entry.recorder = entry.debit[0] == 'B' ? entry.debit : Recorder();
    }
    if (OneIn(6)) {
      entry.flags = kFlagPending;
      entry.timeout = Below(2) * 30;
    }
    return entry;
  }

  Id Receiver() {
    if (OneIn(4)) return Named('F', 0);
    return OneIn(4) ? Named('B', 0) : Volunteer();
  }

  Entry Value(Kind kind) {
    Entry entry = Blank(kind);
    entry.debit = kind == Kind::kSettle ? Named('S', 0) : Volunteer();
    entry.credit = kind == Kind::kSettle     ? Named('P', Below(2))
                   : kind == Kind::kTransfer ? Receiver()
                                             : Named('S', OneIn(6) ? 1 : 0);
    entry.unit = static_cast<uint16_t>(kind == Kind::kTransfer && OneIn(3) ? Unit::kBankMinute
                                                                            : Unit::kPoint);
    if (kind != Kind::kSettle && OneIn(10)) entry.debit = Named('B', 0);
    entry.amount = Below(25);
    if (kind != Kind::kSettle && OneIn(2)) {
      entry.flags = kFlagPending;
      entry.timeout = Below(3) * 30;
    }
    return entry;
  }

  Entry Reversal(const std::vector<Entry>& log) {
    Entry entry = Blank(Kind::kReverse);
    const Entry& original = Any(log);
    entry.ref = original.id;
    entry.debit = original.credit;
    entry.credit = original.debit;
    entry.unit = original.unit;
    entry.amount = original.amount;
    entry.code = 1;
    if (OneIn(15)) ++entry.amount;
    return entry;
  }

  const Entry& Of(Kind kind, const std::vector<Entry>& log) {
    for (int tries = 0; tries < 30; ++tries) {
      const Entry& entry = Any(log);
      if (entry.kind == static_cast<uint16_t>(kind)) return entry;
    }
    return Any(log);
  }

  const Entry& Pending(const std::vector<Entry>& log) {
    for (int tries = 0; tries < 30; ++tries) {
      const Entry& entry = Any(log);
      if ((entry.flags & kFlagPending) != 0) return entry;
    }
    return Any(log);
  }

  std::function<uint32_t()> random_;
  uint64_t next_id_ = 0;
  std::vector<Entry> sent_;
};

}  // namespace hourbook

#endif  // TESTS_MODEL_TOWN_GENERATOR_H_
