#include "ledger/format/genesis.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

// The texts lie over the fields from debit to the end of evidence, which a genesis has no use for.
constexpr size_t kOriginOffset = offsetof(Entry, debit);
constexpr size_t kOriginSize = 80;
constexpr size_t kZoneOffset = kOriginOffset + kOriginSize;
constexpr size_t kZoneSize = 32;
static_assert(kZoneOffset == offsetof(Entry, evidence));
static_assert(kZoneOffset + kZoneSize == offsetof(Entry, amount));

// Its authority lies over the back links, which a genesis has none of.
constexpr size_t kAuthorityOffset = offsetof(Entry, prev_debit);
static_assert(kAuthorityOffset + sizeof(Id) == offsetof(Entry, kind));

constexpr int32_t kSecondsPerDay = 86'400;

// Topics of policy entries, as in rules/policy.h.
constexpr uint16_t kUtcOffsetTopic = 1;
constexpr uint16_t kAuthorityTopic = 8;

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("genesis: ", what));
}

absl::Status Check(const Genesis& genesis) {
  if (genesis.origin.empty() || genesis.origin.size() > kOriginSize) {
    return Refuse(absl::StrCat("the origin has ", genesis.origin.size(), " bytes, not 1 to ",
                               kOriginSize));
  }
  if (!IsKeyName(genesis.origin)) {  // it names the key that signs checkpoints
    return Refuse("the origin is not UTF-8 without spaces, plus signs and control characters");
  }
  if (genesis.time_zone.size() > kZoneSize || !IsText(genesis.time_zone)) {
    return Refuse(absl::StrCat("the time zone is not up to ", kZoneSize, " bytes of UTF-8"));
  }
  if (genesis.utc_offset < -kSecondsPerDay || genesis.utc_offset > kSecondsPerDay) {
    return Refuse(absl::StrCat("the UTC offset of ", genesis.utc_offset,
                               " seconds is more than a day"));
  }
  return absl::OkStatus();
}

std::string TextAt(const Entry& entry, size_t offset, size_t size) {
  const char* const text = reinterpret_cast<const char*>(EntryBytes(entry).data()) + offset;
  return std::string(text, strnlen(text, size));
}

Id AuthorityOf(const Entry& genesis) {
  Id authority;
  std::memcpy(authority.data(), EntryBytes(genesis).data() + kAuthorityOffset, authority.size());
  return authority;
}

// The id of every genesis; its leaf hash, which covers all of it, tells ledgers apart.
constexpr Id kGenesisId = {'h', 'o', 'u', 'r', 'b', 'o', 'o', 'k',
                           ' ', 'g', 'e', 'n', 'e', 's', 'i', 's'};

}  // namespace

absl::StatusOr<Entry> EncodeGenesis(const Genesis& genesis) {
  if (absl::Status checked = Check(genesis); !checked.ok()) return checked;
  Entry entry{};
  entry.id = kGenesisId;
  entry.amount = kGenesisFormat;
  entry.occurred_at = genesis.created_at;
  entry.recorded_at = genesis.created_at;
  entry.kind = static_cast<uint16_t>(Kind::kGenesis);
  entry.timeout = static_cast<uint32_t>(genesis.utc_offset);
  auto* const bytes = reinterpret_cast<char*>(&entry);
  genesis.origin.copy(bytes + kOriginOffset, kOriginSize);
  genesis.time_zone.copy(bytes + kZoneOffset, kZoneSize);
  std::memcpy(bytes + kAuthorityOffset, genesis.authority.data(), genesis.authority.size());
  return entry;
}

absl::StatusOr<Genesis> DecodeGenesis(const Entry& entry) {
  if (entry.kind != static_cast<uint16_t>(Kind::kGenesis)) {
    return Refuse(absl::StrCat("entry 0 is of kind ", entry.kind));
  }
  if (entry.amount != kGenesisFormat) {
    return Refuse(absl::StrCat("format version ", entry.amount, " is not ", kGenesisFormat));
  }
  Genesis genesis{.origin = TextAt(entry, kOriginOffset, kOriginSize),
                  .time_zone = TextAt(entry, kZoneOffset, kZoneSize),
                  .utc_offset = static_cast<int32_t>(entry.timeout),
                  .created_at = entry.recorded_at,
                  .authority = AuthorityOf(entry)};
  const absl::StatusOr<Entry> again = EncodeGenesis(genesis);
  if (!again.ok()) return again.status();
  if (*again != entry) return Refuse("bytes are set that should be zero");
  return genesis;
}

std::vector<Entry> FirstPolicies(const Entry& genesis) {
  Entry offset{};
  offset.amount = static_cast<uint64_t>(int64_t{static_cast<int32_t>(genesis.timeout)});
  offset.occurred_at = std::numeric_limits<int64_t>::min();
  offset.kind = static_cast<uint16_t>(Kind::kPolicy);
  offset.code = kUtcOffsetTopic;
  const Id named = AuthorityOf(genesis);
  if (named == kNoId) return {offset};
  Entry authority{};
  authority.credit = named;
  authority.amount = 1;
  authority.occurred_at = genesis.recorded_at;
  authority.kind = static_cast<uint16_t>(Kind::kPolicy);
  authority.code = kAuthorityTopic;
  return {offset, authority};
}

}  // namespace hourbook
