// The entry: one immutable record of the ledger, 192 bytes, the same in memory, on disk and under
// the hash. FORMAT.md beside this file gives every byte; the assertions below hold the two
// together.
#ifndef LEDGER_FORMAT_ENTRY_H_
#define LEDGER_FORMAT_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "absl/status/statusor.h"
#include "ledger/base/assumptions.h"
#include "ledger/base/bytes.h"

namespace hourbook {

// What an entry does. The numbers are part of the format and never change meaning.
enum class Kind : uint16_t {
  kGenesis = 1,
  kOpen = 2,
  kClose = 3,
  kService = 4,
  kAward = 5,
  kRedeem = 6,
  kSettle = 7,
  kTransfer = 8,
  kReverse = 9,
  kPost = 10,
  kVoid = 11,
  kPolicy = 12,
  kAnchor = 13,
  kErase = 14,
  kFreeze = 15,
  kExpire = 16,
  kTraining = 17,
  kLegacy = 18,
  kInspection = 19,
  kContribution = 20,
  kDistribution = 21,
  kLink = 22,
};

inline constexpr Kind kLastKind = Kind::kLink;

// Who can hold an account. Carried in an open entry's code.
enum class PartyKind : uint16_t {
  kVolunteer = 1,
  kTeam = 2,
  kProgramme = 3,
  kStation = 4,
  kSponsor = 5,
  kBeneficiary = 6,
  kRecorder = 7,
};

// What is counted. Units from 16 on are for policy entries to define.
enum class Unit : uint16_t { kNone = 0, kMinute = 1, kPoint = 2, kBankMinute = 3 };
inline constexpr uint16_t kFirstDefinedUnit = 16;

// Whether there may be such a unit: built in, or for a policy entry to define.
constexpr bool MayBeUnit(uint16_t unit) {
  return unit <= static_cast<uint16_t>(Unit::kBankMinute) || unit >= kFirstDefinedUnit;
}

// Whether a unit only records what was done, such as minutes of service, and is never spent.
constexpr bool IsRecord(uint16_t unit) {
  return unit == static_cast<uint16_t>(Unit::kMinute) || unit >= kFirstDefinedUnit;
}

// Bits of Entry::flags.
inline constexpr uint16_t kFlagLinked = 1 << 0;    // stands or falls with the next entry
inline constexpr uint16_t kFlagPending = 1 << 1;   // holds its amount until a post or void
inline constexpr uint16_t kFlagImported = 1 << 2;  // recorded_at came from the event, not the clock
// How a service was seen, at most one of them.
inline constexpr uint16_t kFlagCheckedIn = 1 << 3;     // signed in and out
inline constexpr uint16_t kFlagSupervised = 1 << 4;    // confirmed by whoever supervised it
inline constexpr uint16_t kFlagAdministered = 1 << 5;  // typed in by an administrator
inline constexpr uint16_t kEvidenceClasses = kFlagCheckedIn | kFlagSupervised | kFlagAdministered;
// Given by the ledger: a service recorded later than policy lets one person record it.
inline constexpr uint16_t kFlagLate = 1 << 6;
inline constexpr uint16_t kKnownFlags =
    kFlagLinked | kFlagPending | kFlagImported | kEvidenceClasses | kFlagLate;

struct Entry {
  Id id;                 // the caller's idempotency key; never zero
  Id debit;              // party debited, or zero where the kind moves nothing
  Id credit;             // party credited, or the party the entry is about
  Id ref;                // by kind: the entry posted, voided, reversed or justifying; the verifier
  Id activity;           // activity or work order; zero for none
  Id recorder;           // who recorded it; zero for none
  Hash evidence;         // salted commitment to an off-chain payload; zero for none
  uint64_t amount;       // in unit
  int64_t occurred_at;   // unix nanoseconds; a service's start
  int64_t recorded_at;   // unix nanoseconds; given by the ledger, strictly increasing
  uint64_t index;        // position in the ledger, from 0; given by the ledger
  uint64_t prev_debit;   // index of the debit account's previous entry; 0 for none
  uint64_t prev_credit;  // likewise for the credit account
  uint16_t kind;         // Kind
  uint16_t flags;        // kFlag bits
  uint16_t unit;         // Unit
  uint16_t code;         // category, reason, party kind, policy topic: by kind
  uint32_t timeout;      // seconds until a pending entry lapses; 0 for never
  uint32_t reserved;     // zero

  friend bool operator==(const Entry& a, const Entry& b) = default;
};

inline constexpr size_t kEntrySize = 192;

static_assert(sizeof(Entry) == kEntrySize);
static_assert(std::is_trivially_copyable_v<Entry> && std::is_standard_layout_v<Entry>);
static_assert(std::has_unique_object_representations_v<Entry>, "no padding under the hash");
static_assert(offsetof(Entry, id) == 0);
static_assert(offsetof(Entry, debit) == 16);
static_assert(offsetof(Entry, credit) == 32);
static_assert(offsetof(Entry, ref) == 48);
static_assert(offsetof(Entry, activity) == 64);
static_assert(offsetof(Entry, recorder) == 80);
static_assert(offsetof(Entry, evidence) == 96);
static_assert(offsetof(Entry, amount) == 128);
static_assert(offsetof(Entry, occurred_at) == 136);
static_assert(offsetof(Entry, recorded_at) == 144);
static_assert(offsetof(Entry, index) == 152);
static_assert(offsetof(Entry, prev_debit) == 160);
static_assert(offsetof(Entry, prev_credit) == 168);
static_assert(offsetof(Entry, kind) == 176);
static_assert(offsetof(Entry, flags) == 178);
static_assert(offsetof(Entry, unit) == 180);
static_assert(offsetof(Entry, code) == 182);
static_assert(offsetof(Entry, timeout) == 184);
static_assert(offsetof(Entry, reserved) == 188);

// The entry's bytes, valid as long as the entry.
inline Bytes EntryBytes(const Entry& entry) {
  return Bytes(reinterpret_cast<const uint8_t*>(&entry), sizeof(entry));
}

// What is hashed for an entry: the hash that it names, of the entry before it, and its bytes.
inline constexpr size_t kLeafDataSize = sizeof(Hash) + kEntrySize;

// Adds an entry's leaf data to bytes.
void AppendLeafData(const Hash& prev, const Entry& entry, std::string& bytes);

// Reads an entry from bytes that came from outside the process. Checks what can be known without
// the rest of the ledger: length, a non-zero id, a known kind, known flag bits, reserved zero.
// InvalidArgument says which byte is wrong.
absl::StatusOr<Entry> DecodeEntry(Bytes bytes);

}  // namespace hourbook

#endif  // LEDGER_FORMAT_ENTRY_H_
