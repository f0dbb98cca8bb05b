// Entries for a random town where ids, times and parties are so few that entries keep meeting each
// other: most of them sensible as the log stands, some spoilt, some sent again.
#ifndef TESTS_MODEL_TOWN_GENERATOR_H_
#define TESTS_MODEL_TOWN_GENERATOR_H_

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "ledger/rules/policy.h"
#include "tests/model/census.h"
#include "tests/model/model.h"
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
    if (!OneIn(4)) rule(Topic::kExpiryDays, kNoId, 2, 1);
    if (OneIn(2)) rule(Topic::kGrantOnce, Named('P', 0), 2, 1);
    if (OneIn(2)) rule(Topic::kMostHeld, kNoId, 2, 60 + Below(200));
    if (OneIn(2)) rule(Topic::kDailyRedemptions, kNoId, 0, 1 + Below(2));
    if (OneIn(3)) rule(Topic::kSecondPerson, kNoId, 0, 60 + Below(120));
    if (OneIn(4)) rule(Topic::kSecondPersonCap, kNoId, 0, 500 + Below(300));
    if (OneIn(3)) rule(Topic::kBackdatingDays, kNoId, 0, 3 + Below(4));
    if (OneIn(4)) rule(Topic::kMonthlyCapMinutes, kNoId, 0, 600 + Below(900));
    if (OneIn(4)) rule(Topic::kMonthlyCapPoints, kNoId, 0, 60 + Below(150));
    if (OneIn(4)) rule(Topic::kCategory, kNoId, 1, 1);
    if (entries.back().code == static_cast<uint16_t>(Topic::kCategory)) entries.back().activity[0] = 'x';
    rule(Topic::kMaxServiceMinutes, kNoId, 0, 300);
    rule(Topic::kDailyCapMinutes, kNoId, 0, 240 + Below(240));
    return entries;
  }

  // Some entries are chosen, as the ledger stands, because it takes them, and some for an answer that was
  // seldom given to their kind.
  std::vector<Entry> Batch(const Model& model, int64_t now, const Tally& tally) {
    return BatchOf([&] {
      if (OneIn(3)) return Seldom(model, now, tally);
      return OneIn(2) ? One(model.log()) : Fitting(model, now);
    });
  }

  // Entries as they come.
  std::vector<Entry> Batch(const std::vector<Entry>& log) {
    return BatchOf([&] { return One(log); });
  }

  const std::vector<Entry>& sent() const { return sent_; }

 private:
  template <class Make>
  std::vector<Entry> BatchOf(Make make) {
    std::vector<Entry> batch;
    for (uint32_t i = 1 + (OneIn(4) ? Below(4) : 0); i > 0; --i) {
      batch.push_back(make());
      const bool may_link = batch.back().kind != static_cast<uint16_t>(Kind::kPolicy);
      if (may_link && OneIn(6)) batch.back().flags |= kFlagLinked;
    }
    if (!OneIn(20)) batch.back().flags &= static_cast<uint16_t>(~kFlagLinked);
    sent_.insert(sent_.end(), batch.begin(), batch.end());
    return batch;
  }

  static constexpr int kTried = 8;

  Entry Fitting(Model model, int64_t now) {
    Entry entry = One(model.log());
    for (int i = 1; i < kTried && model.Try(entry, now).verdict != Verdict::kOk; ++i) {
      entry = One(model.log());
    }
    return entry;
  }

  // Of some, that whose answer was given least often, to its kind least often.
  Entry Seldom(Model model, int64_t now, const Tally& tally) {
    std::map<Verdict, uint64_t> given;
    for (const auto& [what, count] : tally) given[what.second] += count;
    Entry seldom{};
    std::pair<uint64_t, uint64_t> fewest = {UINT64_MAX, 0};
    for (int i = 0; i < kTried; ++i) {
      const Entry entry = One(model.log());
      const Verdict verdict = model.Try(entry, now).verdict;
      const auto to_kind = tally.find({entry.kind, verdict});
      const std::pair<uint64_t, uint64_t> count = {given[verdict],
                                                   to_kind == tally.end() ? 0 : to_kind->second};
      if (count < fewest) seldom = entry;
      fewest = std::min(fewest, count);
    }
    return seldom;
  }

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
    if (!sent_.empty() && OneIn(12)) return Again(log);
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
  Entry Again(const std::vector<Entry>& log) {
    Entry entry = OneIn(3) ? sent_[Below(static_cast<uint32_t>(sent_.size()))] : AsSent(Any(log));
    if (OneIn(4)) return entry;
    switch (Below(13)) {
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
      case 4:
        entry.kind = Alike(static_cast<Kind>(entry.kind));
        break;
      case 5:
        entry.debit = Pick({Named('T', 0), Named('P', 1), Named('V', 1)});
        break;
      case 6:
        entry.unit ^= 1;
        break;
      case 7:
        entry.ref[4] ^= 1;
        break;
      case 8:
        entry.activity = Named('a', 7);
        break;
      case 9:
        entry.recorder = entry.recorder == Named('R', 1) ? Named('R', 0) : Named('R', 1);
        break;
      case 10:
        entry = AsSent(Pending(log));
        entry.timeout += 30;
        break;
      case 11:
        entry.flags ^= Pick({kFlagCheckedIn, kFlagSupervised, kFlagAdministered, kFlagPending});
        break;
      default:
        entry.evidence[3] ^= 1;
    }
    return entry;
  }

  // An entry of the log as a caller hands it in.
  static Entry AsSent(Entry entry) {
    entry.index = entry.prev_debit = entry.prev_credit = 0;
    if ((entry.flags & kFlagImported) == 0) entry.recorded_at = 0;
    entry.flags &= static_cast<uint16_t>(~kFlagLate);
    return entry;
  }

  // A kind that has the same fields, for most.
  static uint16_t Alike(Kind kind) {
    constexpr std::pair<Kind, Kind> kPairs[] = {{Kind::kOpen, Kind::kClose},
                                                {Kind::kRedeem, Kind::kTransfer},
                                                {Kind::kPost, Kind::kVoid},
                                                {Kind::kTraining, Kind::kInspection},
                                                {Kind::kLegacy, Kind::kDistribution},
                                                {Kind::kSettle, Kind::kExpire}};
    for (const auto& [one, other] : kPairs) {
      if (kind == one) return static_cast<uint16_t>(other);
      if (kind == other) return static_cast<uint16_t>(one);
    }
    return static_cast<uint16_t>(Kind::kContribution);
  }

  void Spoil(Entry& entry) {
    switch (Below(16)) {
      case 0:
        entry.id = kNoId;
        break;
      case 8:
        entry.kind = static_cast<uint16_t>(Below(2));
        if (OneIn(2)) entry.kind = static_cast<uint16_t>(static_cast<uint32_t>(kLastKind) + 1 + Below(3));
        break;
      case 9:
        entry.reserved = 1;
        break;
      case 10:
        Pick({&entry.index, &entry.prev_debit, &entry.prev_credit})[0] = 1 + Below(9);
        break;
      case 11:
        entry.recorded_at = entry.occurred_at;
        break;
      case 12:
        entry.timeout = 1 + Below(60);
        break;
      case 13:
        entry.activity = Named('a', Below(6));
        entry.ref = Named('V', Below(3));
        break;
      case 14:
        Pick({&entry.debit, &entry.credit, &entry.ref, &entry.recorder})[0] = kNoId;
        break;
      case 15:
        entry.code = static_cast<uint16_t>(Below(40));
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
        if (OneIn(8)) return Contradicting(entry, log);
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
        return Service(log);
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
        if (OneIn(2)) entry.debit = Pending(log).debit;
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
                              {Topic::kImporting, 0, 8},
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

  // Another value for what a policy entry says already; or the end of importing, or it allowed again.
  Entry Contradicting(Entry entry, const std::vector<Entry>& log) {
    Entry other = AsSent(Of(Kind::kPolicy, log));
    other.id = entry.id;
    ++other.amount;
    if (OneIn(2)) {
      other.code = static_cast<uint16_t>(Topic::kImporting);
      other.credit = other.ref = other.activity = kNoId;
      other.amount = Below(2);
    }
    other.recorder = FirstAuthority();
    return other;
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

  Entry Service(const std::vector<Entry>& log) {
    Entry entry = Blank(Kind::kService);
    entry.debit = Named('T', 0);
    entry.credit = Volunteer();
    entry.recorder = Recorder();
    entry.unit = static_cast<uint16_t>(Unit::kMinute);
    entry.amount = OneIn(12) ? (OneIn(3) ? 0 : Below(400)) : 15 * (1 + Below(12));
    entry.code = static_cast<uint16_t>(OneIn(6) ? 3 : 1);
    if (OneIn(4)) Touch(Of(Kind::kService, log), entry);
    if (OneIn(3)) {
      entry.flags = kFlagPending;
      entry.timeout = Below(3) * 40;
    } else {
      entry.ref = Recorder();
    }
    return entry;
  }

  // It begins where the other ends, or ends where that begins; or they overlap by a minute, or two.
  void Touch(const Entry& other, Entry& entry) {
    if (other.kind != entry.kind) return;
    const int64_t overlap = int64_t{Below(3)} * kMinute;
    entry.credit = other.credit;
    entry.occurred_at = OneIn(3) ? other.occurred_at - static_cast<int64_t>(entry.amount) * kMinute + overlap
                                 : other.occurred_at + static_cast<int64_t>(other.amount) * kMinute - overlap;
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
    if (OneIn(15)) entry.amount = UINT64_MAX / 2 + 1 + Below(100);  // once, and not twice
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
