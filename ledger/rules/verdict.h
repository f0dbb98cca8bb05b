// What the rules answer to an entry. The numbers are the C API's and never change meaning.
#ifndef LEDGER_RULES_VERDICT_H_
#define LEDGER_RULES_VERDICT_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace hourbook {

enum class Verdict : uint32_t {
  kOk = 0,

  // The id is known. Nothing was written; the answer carries the first entry's index.
  kExists = 100,
  kExistsWithDifferentKind = 101,
  kExistsWithDifferentFlags = 102,
  kExistsWithDifferentDebit = 103,
  kExistsWithDifferentCredit = 104,
  kExistsWithDifferentUnit = 105,
  kExistsWithDifferentAmount = 106,
  kExistsWithDifferentCode = 107,
  kExistsWithDifferentRef = 108,
  kExistsWithDifferentActivity = 109,
  kExistsWithDifferentRecorder = 110,
  kExistsWithDifferentOccurredAt = 111,
  kExistsWithDifferentTimeout = 112,
  kExistsWithDifferentEvidence = 113,

  // Linked entries.
  kLinkedEntryFailed = 120,
  kLinkedChainOpen = 121,

  // The entry by itself.
  kIdZero = 130,
  kUnknownKind = 131,
  kUnknownFlag = 132,
  kUnknownUnit = 133,
  kReservedNotZero = 134,
  kFieldNotAllowed = 135,
  kFieldMissing = 136,
  kZeroAmount = 137,
  kTimeoutNotAllowed = 138,
  kRecordedInFuture = 139,
  kOccurredInFuture = 140,
  kImportingEnded = 141,

  // Parties.
  kUnknownParty = 150,
  kPartyExists = 151,
  kPartyClosed = 152,
  kWrongPartyKind = 153,
  kSameParty = 154,
  kBalanceNotZero = 155,
  kPartyFrozen = 156,
  kPartyNotFrozen = 157,
  kPartyLinked = 158,

  // Service and value.
  kZeroDuration = 160,
  kTooLong = 161,
  kSelfVerified = 162,
  kOverlap = 163,
  kDailyCap = 164,
  kInsufficient = 165,
  kBudgetExceeded = 166,
  kOverflow = 167,
  kUnjustified = 168,
  kAlreadyAwarded = 169,
  kWrongAmount = 170,
  kTransferNotPermitted = 171,
  kMonthlyCap = 172,
  kLate = 173,
  kNeedsSecondPerson = 174,
  kMostHeld = 175,
  kRedemptionLimit = 176,
  kNotYetRedeemable = 177,
  kIdNotRef = 178,
  kNotExpired = 179,

  // Pending entries and reversals.
  kUnknownRef = 180,
  kNotPending = 181,
  kAlreadyPosted = 182,
  kAlreadyVoided = 183,
  kLapsed = 184,
  kExceedsPending = 185,
  kUnknownCategory = 186,
  kAlreadyDistributed = 187,
  kNotReversible = 190,
  kNotAMirror = 191,
  kAlreadyReversed = 192,
  kAwardStands = 193,

  // Erasures.
  kOtherEvidence = 194,

  // Policy.
  kNoAuthority = 201,
  kUnknownTopic = 202,
  kWrongScope = 203,
  kWrongKey = 204,
  kWrongName = 205,
  kValueOutOfRange = 206,
  kPolicyBackdated = 207,
  kPolicyConflict = 208,
};

// The verdict's name in snake_case, as the command line and reports print it; "unknown" for a
// number that is no verdict.
absl::string_view NameOf(Verdict verdict);

// One sentence that says what is wrong and what to do about it; for kOk, that all is well.
absl::string_view MessageOf(Verdict verdict);

// Whether the id was known, with the same body or another.
constexpr bool IsExisting(Verdict verdict) {
  return verdict >= Verdict::kExists && verdict <= Verdict::kExistsWithDifferentEvidence;
}

// Whether the ledger now holds the entry: written just now, or the same one before.
constexpr bool Stands(Verdict verdict) {
  return verdict == Verdict::kOk || verdict == Verdict::kExists;
}

}  // namespace hourbook

#endif  // LEDGER_RULES_VERDICT_H_
