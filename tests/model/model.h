// The rules once more, plain and slow: a list of accepted entries, and every question answered by
// reading it from the start. No state, no undo, no index, nothing kept in step. Judges the machine
// that has all of these.
#ifndef TESTS_MODEL_MODEL_H_
#define TESTS_MODEL_MODEL_H_

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/time/civil_time.h"
#include "ledger/rules/balance.h"
#include "ledger/rules/machine.h"

namespace hourbook {

class Model {
 public:
  explicit Model(const Entry& genesis) : log_{genesis} {}

  std::vector<Outcome> Judge(const std::vector<Entry>& batch, int64_t now);

  // Accepted entries as a ledger must hold them, to the byte.
  const std::vector<Entry>& log() const { return log_; }

  // The indexes of the entries that touch an account, oldest first.
  std::vector<uint64_t> StatementOf(const Id& party, Unit unit) const;

  // The indexes of those that touch an account of the person that the party stands for.
  std::vector<uint64_t> PersonStatementOf(const Id& party, Unit unit) const;

  // As after the last entry.
  Balance BalanceOf(const Id& party, Unit unit) const {
    return BalanceAt(party, unit, log_.back().recorded_at);
  }

  // As it was after so many entries.
  Model AsOf(size_t size) const;

  // What it would say to an entry that comes alone, which it does not take in.
  Outcome Try(const Entry& entry, int64_t now);

  // Every account that there is; how many pending entries are held after the last one.
  std::set<std::pair<Id, uint16_t>> Accounts() const;
  uint64_t Holds() const;

  const Entry* Find(const Id& id) const;
  // What the party is: its open entry, if it has one; whether it was closed.
  const Entry* PartyOf(const Id& party) const;
  bool IsClosed(const Id& party) const;
  bool IsFrozen(const Id& party) const;
  // The id that stands for a party's person, and all of the person's ids.
  Id PersonOf(const Id& party) const;
  std::vector<Id> IdsOf(const Id& person) const;

 private:
  enum class Fate { kHeld, kPosted, kVoided, kLapsed };

  Outcome JudgeOne(const Entry& given, int64_t now);
  Verdict JudgeKind(Entry& entry) const;
  Verdict JudgeParty(const Entry& entry) const;
  Verdict JudgeFreeze(const Entry& entry) const;
  Verdict JudgeLink(const Entry& entry) const;
  Verdict JudgePolicy(const Entry& entry) const;
  Verdict JudgeService(Entry& entry) const;
  Verdict JudgeAward(Entry& entry) const;
  Verdict JudgeMove(const Entry& entry) const;
  Verdict JudgeSecond(Entry& entry) const;
  Verdict JudgeReverse(const Entry& entry) const;
  Verdict JudgeErase(const Entry& entry) const;

  bool IsOfPerson(const Id& party, const Id& person) const { return PersonOf(party) == person; }
  Verdict CheckParty(const Id& party, std::vector<PartyKind> kinds) const;
  std::optional<uint64_t> Rule(Topic topic, const Id& scope, uint16_t key, int64_t at,
                               const Id& person = kNoId) const;
  bool IsCategory(uint16_t category, int64_t at) const;
  int64_t DayOf(int64_t at) const;
  absl::CivilMonth MonthOf(int64_t at) const;
  Id FirstAuthority() const;  // of the genesis
  bool HasAuthorities() const;
  bool IsByAuthority(const Entry& entry) const;
  bool MayEnd(const Entry& entry) const;
  bool IsLate(int64_t occurred_at, int64_t recorded_at) const;
  Verdict CheckRedeemer(const Entry& redeem) const;
  Verdict CheckMostHeld(const Entry& entry) const;
  Verdict JudgeExpire(Entry& entry) const;
  Verdict JudgeRecord(const Entry& entry) const;
  Verdict CheckTransfer(const Entry& transfer) const;
  uint64_t EarnedBy(const Entry& service, const Entry& award) const;
  uint64_t CumulativePoints(const Entry& service, const Entry& award) const;
  absl::uint128 IssuedSince(const Id& programme, int64_t at, bool of_year) const;

  // What became of a pending entry by an instant, and the entry that ended it.
  Fate FateOf(const Entry& pending, int64_t at, const Entry** by = nullptr) const;
  bool WasReversed(const Entry& entry) const;
  // What an entry moved, and what of it is still moved, held included; by an instant.
  uint64_t Standing(const Entry& entry, int64_t at) const;
  Balance BalanceAt(const Id& party, Unit unit, int64_t at) const;
  uint64_t IssuedAt(const Id& programme, uint16_t unit, int64_t at) const;
  bool HasAward(const Id& service, uint16_t unit, const Id& payer, int64_t at) const;
  Verdict CheckFits(const Entry& entry) const;
  uint64_t LastOf(const Id& party, uint16_t unit) const;

  std::vector<Entry> log_;
};

}  // namespace hourbook

#endif  // TESTS_MODEL_MODEL_H_
