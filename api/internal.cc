#include "api/internal.h"

#include <cstddef>
#include <type_traits>

#include "absl/strings/str_cat.h"

namespace hourbook::capi {

static_assert(sizeof(hbk_entry) == sizeof(Entry));
static_assert(offsetof(hbk_entry, evidence) == offsetof(Entry, evidence));
static_assert(offsetof(hbk_entry, amount) == offsetof(Entry, amount));
static_assert(offsetof(hbk_entry, prev_credit) == offsetof(Entry, prev_credit));
static_assert(offsetof(hbk_entry, kind) == offsetof(Entry, kind));
static_assert(offsetof(hbk_entry, reserved) == offsetof(Entry, reserved));
static_assert(alignof(hbk_entry) == alignof(Entry));
static_assert(sizeof(hbk_result) == sizeof(Outcome));
static_assert(alignof(hbk_result) == alignof(Outcome));
static_assert(offsetof(hbk_result, status) == offsetof(Outcome, verdict));
static_assert(offsetof(hbk_result, reserved) == offsetof(Outcome, reserved));
static_assert(offsetof(hbk_result, index) == offsetof(Outcome, index));
static_assert(offsetof(hbk_result, recorded_at) == offsetof(Outcome, recorded_at));
static_assert(offsetof(hbk_result, debit) == offsetof(Outcome, debit));
static_assert(offsetof(hbk_result, credit) == offsetof(Outcome, credit));
static_assert(offsetof(hbk_balance, credits_posted) == offsetof(Balance, credits_posted));
static_assert(offsetof(hbk_balance, credits_pending) == offsetof(Balance, credits_pending));
static_assert(HBK_BATCH_MAX == Ledger::kBatchMax);
static_assert(HBK_FORMAT_VERSION == kGenesisFormat);

hbk_status Report(const absl::Status& status, hbk_error* error) {
  const auto number =
      status.ok() ? hbk_status{HBK_OK} : static_cast<hbk_status>(FailureOf(status));
  if (error == nullptr || error->struct_size < sizeof(hbk_error)) return number;
  error->status = number;
  // Where memory ended there is no message of its own.
  const absl::string_view message =
      status.ok() || !status.message().empty() ? status.message() : hbk_status_message(number);
  const size_t length = message.copy(error->message, sizeof(error->message) - 1);
  error->message[length] = '\0';
  return number;
}

absl::Status Invalid(absl::string_view what) { return Fail(Failure::kInvalidArgument, what); }

absl::Status CheckDirectory(const char* directory) {
  return directory != nullptr && *directory != '\0' ? absl::OkStatus()
                                                    : Invalid("directory is NULL or empty");
}

absl::Status CheckRoom(size_t size, const char* buffer, size_t capacity, size_t* length) {
  if (length == nullptr || (buffer == nullptr && capacity > 0)) {
    return Invalid("the buffer or its length is NULL");
  }
  if (capacity > size) return absl::OkStatus();
  *length = size;
  return Fail(Failure::kTooSmall, absl::StrCat("the buffer has ", capacity, " bytes of ", size + 1,
                                               " that are needed"));
}

absl::Status GiveText(absl::string_view text, char* buffer, size_t capacity, size_t* length) {
  if (absl::Status fits = CheckRoom(text.size(), buffer, capacity, length); !fits.ok()) return fits;
  *length = text.size();
  text.copy(buffer, text.size());
  buffer[text.size()] = '\0';
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> TakeText(const char* text, size_t length, absl::string_view what) {
  if (text == nullptr && length > 0) return Invalid(absl::StrCat(what, " is NULL"));
  return absl::string_view(text, length);
}

absl::StatusOr<TrustPolicy> TakePolicy(const char* policy, size_t length) {
  const absl::StatusOr<absl::string_view> text = TakeText(policy, length, "policy");
  if (!text.ok()) return text.status();
  return ParseTrustPolicy(*text);
}

absl::StatusOr<Verifier> TakeLogKey(const char* vkey) {
  if (vkey == nullptr) return Invalid("vkey is NULL");
  absl::StatusOr<Verifier> log = ParseVkey(vkey);
  if (log.ok() && log->type != SignatureType::kEd25519) {
    return Invalid(absl::StrCat("the vkey of ", log->name, " is a witness's, not a log's"));
  }
  return log;
}

hbk_balance ToBalance(const Balance& balance) {
  return {balance.debits_posted, balance.credits_posted, balance.debits_pending,
          balance.credits_pending};
}

hbk_checkpoint ToCheckpoint(const Checkpoint& checkpoint) {
  hbk_checkpoint out{.size = checkpoint.size, .root = {}};
  std::memcpy(out.root, checkpoint.root.data(), sizeof(out.root));
  return out;
}

hbk_party ToParty(const Party& party) {
  hbk_party out{};
  std::memcpy(out.id, party.id.data(), party.id.size());
  out.opened = party.opened;
  out.kind = party.kind;
  out.standing = static_cast<uint16_t>(party.standing);
  return out;
}

}  // namespace hourbook::capi
