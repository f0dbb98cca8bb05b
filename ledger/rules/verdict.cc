#include "ledger/rules/verdict.h"

#include <algorithm>
#include <iterator>

namespace hourbook {
namespace {

struct Text {
  Verdict verdict;
  absl::string_view name;
  absl::string_view message;
};

// In the order of the numbers.
constexpr Text kTexts[] = {
    {Verdict::kOk, "ok", "The entry is recorded."},
    {Verdict::kExists, "exists", "The same entry was recorded before; nothing was written."},
    {Verdict::kExistsWithDifferentKind, "exists_with_different_kind",
     "An entry with this id and another kind is recorded; use a new id."},
    {Verdict::kExistsWithDifferentFlags, "exists_with_different_flags",
     "An entry with this id and other flags is recorded; use a new id."},
    {Verdict::kExistsWithDifferentDebit, "exists_with_different_debit",
     "An entry with this id and another debit party is recorded; use a new id."},
    {Verdict::kExistsWithDifferentCredit, "exists_with_different_credit",
     "An entry with this id and another credit party is recorded; use a new id."},
    {Verdict::kExistsWithDifferentUnit, "exists_with_different_unit",
     "An entry with this id and another unit is recorded; use a new id."},
    {Verdict::kExistsWithDifferentAmount, "exists_with_different_amount",
     "An entry with this id and another amount is recorded; use a new id."},
    {Verdict::kExistsWithDifferentCode, "exists_with_different_code",
     "An entry with this id and another code is recorded; use a new id."},
    {Verdict::kExistsWithDifferentRef, "exists_with_different_ref",
     "An entry with this id and another ref is recorded; use a new id."},
    {Verdict::kExistsWithDifferentActivity, "exists_with_different_activity",
     "An entry with this id and another activity is recorded; use a new id."},
    {Verdict::kExistsWithDifferentRecorder, "exists_with_different_recorder",
     "An entry with this id and another recorder is recorded; use a new id."},
    {Verdict::kExistsWithDifferentOccurredAt, "exists_with_different_occurred_at",
     "An entry with this id and another occurred_at is recorded; use a new id."},
    {Verdict::kExistsWithDifferentTimeout, "exists_with_different_timeout",
     "An entry with this id and another timeout is recorded; use a new id."},
    {Verdict::kExistsWithDifferentEvidence, "exists_with_different_evidence",
     "An entry with this id and other evidence is recorded; use a new id."},
    {Verdict::kLinkedEntryFailed, "linked_entry_failed",
     "Another entry of its linked chain was refused, so none was recorded; mend that one."},
    {Verdict::kLinkedChainOpen, "linked_chain_open",
     "The last entry of a batch is flagged linked; send the chain whole."},
    {Verdict::kIdZero, "id_zero", "The id is zero; give every entry an id of its own."},
    {Verdict::kUnknownKind, "unknown_kind", "The ledger does not know this kind of entry."},
    {Verdict::kUnknownFlag, "unknown_flag",
     "A flag bit is set that the ledger does not know, or that this kind does not take."},
    {Verdict::kUnknownUnit, "unknown_unit", "The unit is unknown, or this kind does not move it."},
    {Verdict::kReservedNotZero, "reserved_not_zero",
     "Reserved bytes, or a field that the ledger fills in, are not zero."},
    {Verdict::kFieldNotAllowed, "field_not_allowed",
     "A field is set that this kind of entry does not use; set it to zero."},
    {Verdict::kFieldMissing, "field_missing", "A field that this kind of entry needs is zero."},
    {Verdict::kZeroAmount, "zero_amount", "The amount is zero."},
    {Verdict::kTimeoutNotAllowed, "timeout_not_allowed", "Only a pending entry takes a timeout."},
    {Verdict::kRecordedInFuture, "recorded_in_future",
     "An imported entry's recorded_at lies after the present time."},
    {Verdict::kOccurredInFuture, "occurred_in_future",
     "The event lies after the time of its recording."},
    {Verdict::kImportingEnded, "importing_ended",
     "Policy takes no more imported entries: leave the flag out, and recorded_at zero."},
    {Verdict::kUnknownParty, "unknown_party", "A party is not open in this ledger; open it first."},
    {Verdict::kPartyExists, "party_exists",
     "The party is open, or was closed; a party is opened once."},
    {Verdict::kPartyClosed, "party_closed", "A party is closed."},
    {Verdict::kWrongPartyKind, "wrong_party_kind",
     "A party is not of the kind that this entry needs."},
    {Verdict::kSameParty, "same_party", "The debit and the credit party are the same."},
    {Verdict::kBalanceNotZero, "balance_not_zero",
     "The party still has a balance or a hold; settle it before closing."},
    {Verdict::kPartyFrozen, "party_frozen",
     "A party is frozen: nothing is recorded of it until that is lifted."},
    {Verdict::kPartyNotFrozen, "party_not_frozen", "The party is not frozen."},
    {Verdict::kPartyLinked, "party_linked",
     "The id is linked to another of the same person; use that one."},
    {Verdict::kZeroDuration, "zero_duration", "The service lasts zero minutes."},
    {Verdict::kTooLong, "too_long", "The service is longer than policy allows."},
    {Verdict::kSelfVerified, "self_verified",
     "Who confirms or records it is one of those concerned; another person must."},
    {Verdict::kOverlap, "overlap", "The volunteer has another service in this time."},
    {Verdict::kDailyCap, "daily_cap",
     "The service would pass the volunteer's cap for its local day."},
    {Verdict::kInsufficient, "insufficient", "The account has less than this available."},
    {Verdict::kBudgetExceeded, "budget_exceeded", "The programme's budget does not cover this."},
    {Verdict::kOverflow, "overflow", "A sum of the account would not fit 64 bits."},
    {Verdict::kUnjustified, "unjustified",
     "No service and no grant code in force justifies this award."},
    {Verdict::kAlreadyAwarded, "already_awarded",
     "It was awarded for the same service or report before."},
    {Verdict::kWrongAmount, "wrong_amount",
     "The amount is not what the rules make it; of an award or expire it may be left out."},
    {Verdict::kTransferNotPermitted, "transfer_not_permitted", "Policy permits no such transfer."},
    {Verdict::kMonthlyCap, "monthly_cap",
     "It would pass what policy lets one party have in a local month."},
    {Verdict::kLate, "late",
     "It is recorded later than policy allows; record it pending, for a second person to post."},
    {Verdict::kNeedsSecondPerson, "needs_second_person",
     "Policy wants a second person for so much service; record it pending."},
    {Verdict::kMostHeld, "most_held", "The party would have more than policy lets one have."},
    {Verdict::kRedemptionLimit, "redemption_limit",
     "The party has redeemed as often on this local day as policy allows."},
    {Verdict::kNotYetRedeemable, "not_yet_redeemable",
     "The volunteer has fewer service minutes than policy asks for before redeeming."},
    {Verdict::kIdNotRef, "id_not_ref",
     "An award by this code has the id in ref as its own id, so that each is paid once."},
    {Verdict::kNotExpired, "not_expired",
     "Policy lets nothing of this account expire as of this time."},
    {Verdict::kUnknownRef, "unknown_ref", "No entry has the id in ref."},
    {Verdict::kNotPending, "not_pending", "The entry named by ref is not a pending one."},
    {Verdict::kAlreadyPosted, "already_posted", "The pending entry was posted before."},
    {Verdict::kAlreadyVoided, "already_voided", "The pending entry was voided before."},
    {Verdict::kLapsed, "lapsed", "The pending entry's timeout has passed."},
    {Verdict::kExceedsPending, "exceeds_pending", "More is posted than was held."},
    {Verdict::kUnknownCategory, "unknown_category",
     "The category in code is none that policy defines."},
    {Verdict::kAlreadyDistributed, "already_distributed",
     "The party was given this in the same activity before."},
    {Verdict::kNotReversible, "not_reversible", "The entry named by ref cannot be reversed."},
    {Verdict::kNotAMirror, "not_a_mirror",
     "A post, void or reversal must name the parties, unit and amount that its entry has."},
    {Verdict::kAlreadyReversed, "already_reversed", "The entry was reversed before."},
    {Verdict::kAwardStands, "award_stands",
     "Points awarded for this service still stand; reverse the award first."},
    {Verdict::kOtherEvidence, "other_evidence",
     "The entry named by ref has no evidence, or other evidence than this."},
    {Verdict::kNoAuthority, "no_authority",
     "Who records a policy must be one of the ledger's authorities, and may not end its own."},
    {Verdict::kUnknownTopic, "unknown_topic", "The code is no topic of policy."},
    {Verdict::kWrongScope, "wrong_scope",
     "The topic needs the party it is about in credit, or is about none: then credit is zero."},
    {Verdict::kWrongKey, "wrong_key",
     "The topic needs its key in ref (category, code, unit, day or person), or has none: then ref is "
     "zero."},
    {Verdict::kWrongName, "wrong_name",
     "A unit or category needs its name in activity, in UTF-8; in others activity is zero."},
    {Verdict::kValueOutOfRange, "value_out_of_range",
     "The amount is not one that the topic can have."},
    {Verdict::kPolicyBackdated, "policy_backdated",
     "A UTC offset must not begin before it is recorded: days that have been would shift."},
    {Verdict::kPolicyConflict, "policy_conflict",
     "Another value is in force from this instant on; let the new one begin at a later one."},
};

constexpr Text kUnknown = {Verdict::kOk, "unknown", "This number is no verdict of the rules."};

const Text& TextOf(Verdict verdict) {
  const auto* const found =
      std::lower_bound(std::begin(kTexts), std::end(kTexts), verdict,
                       [](const Text& text, Verdict wanted) { return text.verdict < wanted; });
  return found != std::end(kTexts) && found->verdict == verdict ? *found : kUnknown;
}

}  // namespace

absl::string_view NameOf(Verdict verdict) { return TextOf(verdict).name; }

absl::string_view MessageOf(Verdict verdict) { return TextOf(verdict).message; }

}  // namespace hourbook
