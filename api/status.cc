// Names and sentences of statuses; the version.
#include <algorithm>
#include <iterator>

#include "api/hourbook.h"
#include "ledger/base/error.h"
#include "ledger/rules/verdict.h"

namespace hourbook {
namespace {

struct CallText {
  hbk_status status;
  const char* name;
  const char* message;
};

// In the order of the numbers.
constexpr CallText kCallTexts[] = {
    {HBK_OK, "ok", "It succeeded."},
    {HBK_END, "end", "There is no more, or the call was asked to stop."},
    {HBK_INVALID_ARGUMENT, "invalid_argument", "An argument is out of its documented range."},
    {HBK_NOT_FOUND, "not_found", "There is no such entry, party or ledger."},
    {HBK_CLOSED, "closed", "The handle was closed, or is none; open it again."},
    {HBK_FORKED, "forked",
     "The handle belongs to the parent process; open the ledger in this process."},
    {HBK_TIMEOUT, "timeout",
     "Other writers kept the ledger busy until the timeout; nothing was written, try again."},
    {HBK_BATCH_EMPTY, "batch_empty", "The batch holds no entry; send at least one."},
    {HBK_BATCH_TOO_LARGE, "batch_too_large",
     "The batch holds more than 8,192 entries; send several."},
    {HBK_ALREADY_OPEN, "already_open",
     "This process has the ledger open; share that handle, or close it."},
    {HBK_LEDGER_EXISTS, "ledger_exists", "The directory holds a ledger; choose another."},
    {HBK_NOT_A_LEDGER, "not_a_ledger", "The directory holds something that is not a ledger."},
    {HBK_NEWER_FORMAT, "newer_format",
     "The ledger is of a newer format than this version reads; upgrade Hourbook."},
    {HBK_READ_ONLY, "read_only", "The ledger was opened read-only; open it for writing."},
    {HBK_PERMISSION_DENIED, "permission_denied",
     "The system refuses access; check the owner, the mode and the mount."},
    {HBK_CORRUPT, "corrupt", "The ledger is damaged; verify it and restore a backup."},
    {HBK_TRUNCATED, "truncated", "The data file is cut short; restore a backup."},
    {HBK_DISK_FULL, "disk_full", "The disk is full; nothing was written. Free space, then reopen."},
    {HBK_MAP_FULL, "map_full",
     "The reserved address space is full; close snapshots, or open with a larger map_size."},
    {HBK_OUT_OF_MEMORY, "out_of_memory", "Memory is exhausted; nothing was changed."},
    {HBK_IO_ERROR, "io_error", "The system failed to read or write; check the disk."},
    {HBK_POISONED, "poisoned",
     "An earlier write may not be on disk; close the ledger, reopen it and ask by id."},
    {HBK_READERS_FULL, "readers_full",
     "Too many snapshots are open over all processes; close some."},
    {HBK_BEHIND, "behind",
     "The ledger lacks what a checkpoint of it signs; restore a newer backup, or forget the "
     "publication and begin another."},
    {HBK_UNSOUND, "unsound", "It does not verify; do not rely on it."},
    {HBK_TOO_SMALL, "too_small", "The buffer is too small; call again with one as large as told."},
    {HBK_FILE_EXISTS, "file_exists", "The file is there and is never overwritten; choose another."},
};

const CallText* FindCallText(hbk_status status) {
  const auto* const found = std::find_if(std::begin(kCallTexts), std::end(kCallTexts),
                                         [&](const CallText& t) { return t.status == status; });
  return found == std::end(kCallTexts) ? nullptr : found;
}

// The two headers number the same things.
static_assert(HBK_END == static_cast<uint32_t>(Failure::kEnd));
static_assert(HBK_BATCH_TOO_LARGE == static_cast<uint32_t>(Failure::kBatchTooLarge));
static_assert(HBK_PERMISSION_DENIED == static_cast<uint32_t>(Failure::kPermissionDenied));
static_assert(HBK_READERS_FULL == static_cast<uint32_t>(Failure::kReadersFull));
static_assert(HBK_FILE_EXISTS == static_cast<uint32_t>(Failure::kFileExists));
static_assert(HBK_EXISTS_WITH_DIFFERENT_EVIDENCE ==
              static_cast<uint32_t>(Verdict::kExistsWithDifferentEvidence));
static_assert(HBK_OCCURRED_IN_FUTURE == static_cast<uint32_t>(Verdict::kOccurredInFuture));
static_assert(HBK_BALANCE_NOT_ZERO == static_cast<uint32_t>(Verdict::kBalanceNotZero));
static_assert(HBK_TRANSFER_NOT_PERMITTED ==
              static_cast<uint32_t>(Verdict::kTransferNotPermitted));
static_assert(HBK_EXCEEDS_PENDING == static_cast<uint32_t>(Verdict::kExceedsPending));
static_assert(HBK_AWARD_STANDS == static_cast<uint32_t>(Verdict::kAwardStands));
static_assert(HBK_OTHER_EVIDENCE == static_cast<uint32_t>(Verdict::kOtherEvidence));
static_assert(HBK_PARTY_FROZEN == static_cast<uint32_t>(Verdict::kPartyFrozen));
static_assert(HBK_PARTY_LINKED == static_cast<uint32_t>(Verdict::kPartyLinked));
static_assert(HBK_NOT_YET_REDEEMABLE == static_cast<uint32_t>(Verdict::kNotYetRedeemable));
static_assert(HBK_NOT_EXPIRED == static_cast<uint32_t>(Verdict::kNotExpired));
static_assert(HBK_ALREADY_DISTRIBUTED == static_cast<uint32_t>(Verdict::kAlreadyDistributed));
static_assert(HBK_NO_AUTHORITY == static_cast<uint32_t>(Verdict::kNoAuthority));
static_assert(HBK_UNKNOWN_TOPIC == static_cast<uint32_t>(Verdict::kUnknownTopic));
static_assert(HBK_WRONG_SCOPE == static_cast<uint32_t>(Verdict::kWrongScope));
static_assert(HBK_WRONG_KEY == static_cast<uint32_t>(Verdict::kWrongKey));
static_assert(HBK_WRONG_NAME == static_cast<uint32_t>(Verdict::kWrongName));
static_assert(HBK_VALUE_OUT_OF_RANGE == static_cast<uint32_t>(Verdict::kValueOutOfRange));
static_assert(HBK_POLICY_BACKDATED == static_cast<uint32_t>(Verdict::kPolicyBackdated));
static_assert(HBK_POLICY_CONFLICT == static_cast<uint32_t>(Verdict::kPolicyConflict));

}  // namespace
}  // namespace hourbook

const char* hbk_version(void) { return HBK_VERSION_STRING; }

// Names and messages of verdicts are string literals, so their data ends in a zero byte.
const char* hbk_status_name(hbk_status status) {
  if (const auto* const text = hourbook::FindCallText(status)) return text->name;
  return hourbook::NameOf(static_cast<hourbook::Verdict>(status)).data();
}

const char* hbk_status_message(hbk_status status) {
  if (const auto* const text = hourbook::FindCallText(status)) return text->message;
  return hourbook::MessageOf(static_cast<hourbook::Verdict>(status)).data();
}
