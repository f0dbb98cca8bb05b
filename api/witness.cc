// Witnesses, and policies that say which of them to trust.
#include "ledger/audit/witness.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "api/internal.h"
#include "ledger/audit/cosignatures.h"
#include "ledger/chain/quorum.h"
#include "ledger/chain/trust_policy.h"

namespace hourbook::capi {
namespace {

static_assert(HBK_WITNESSES_MAX == kTrustPolicyMaxOfEach);

// Nothing where vkey is NULL.
absl::StatusOr<std::optional<Verifier>> TakeLog(const char* vkey) {
  if (vkey == nullptr) return std::optional<Verifier>();
  absl::StatusOr<Verifier> log = TakeLogKey(vkey);
  if (!log.ok()) return log.status();
  return std::optional<Verifier>(*std::move(log));
}

// What is checked and malformed does not verify, either.
absl::Status Unsound(const absl::Status& status) {
  return Fail(Failure::kUnsound, status.message());
}

absl::StatusOr<uint64_t> UnixSecondsNow() {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  if (now > 0) return static_cast<uint64_t>(now);
  return Fail(Failure::kIoError, "the system's clock stands before 1970; set it");
}

}  // namespace
}  // namespace hourbook::capi

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it
using hourbook::Fail;
using hourbook::Failure;

hbk_status hbk_policy_witness(const char* policy, size_t policy_length, uint32_t index, char* line,
                              size_t capacity, size_t* length, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const absl::StatusOr<hourbook::TrustPolicy> read = TakePolicy(policy, policy_length);
    if (!read.ok()) return read.status();
    if (index >= read->witnesses.size()) {
      return Fail(Failure::kNotFound,
                  absl::StrCat("the policy has ", read->witnesses.size(), " witnesses"));
    }
    const hourbook::TrustPolicy::Witness& witness = read->witnesses[index];
    return GiveText(absl::StrCat("witness ", witness.name, " ", hourbook::FormatVkey(witness.key),
                                 witness.url.empty() ? "" : " ", witness.url),
                    line, capacity, length);
  });
}

hbk_status hbk_check_policy(const char* note, size_t note_length, const char* policy,
                            size_t policy_length, const char* vkey, hbk_checkpoint* checkpoint,
                            int64_t* times, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const absl::StatusOr<absl::string_view> text = TakeText(note, note_length, "note");
    if (!text.ok()) return text.status();
    const absl::StatusOr<hourbook::TrustPolicy> read = TakePolicy(policy, policy_length);
    if (!read.ok()) return read.status();
    const auto log = TakeLog(vkey);
    if (!log.ok()) return log.status();
    if (!*log && read->logs.empty()) {
      return Invalid("the policy lists no log; give the vkey of the log");
    }
    const absl::StatusOr<hourbook::TrustedCheckpoint> opened =
        hourbook::OpenTrusted(*text, *read, *log);
    if (!opened.ok()) return Unsound(opened.status());
    if (checkpoint != nullptr) *checkpoint = ToCheckpoint(opened->checkpoint);
    if (times != nullptr) {
      std::fill_n(times, HBK_WITNESSES_MAX, 0);
      std::copy(opened->cosigned.begin(), opened->cosigned.end(), times);
    }
    return absl::OkStatus();
  });
}

hbk_status hbk_add_cosignatures(const char* directory, const char* lines, size_t length,
                                const char* policy, size_t policy_length, uint32_t* added,
                                hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (absl::Status checked = CheckDirectory(directory); !checked.ok()) return checked;
    const absl::StatusOr<absl::string_view> text = TakeText(lines, length, "lines");
    if (!text.ok()) return text.status();
    const absl::StatusOr<hourbook::TrustPolicy> read = TakePolicy(policy, policy_length);
    if (!read.ok()) return read.status();
    const absl::StatusOr<size_t> count = hourbook::AddCosignatures(directory, *text, *read);
    if (!count.ok()) return count.status();
    if (added != nullptr) *added = static_cast<uint32_t>(*count);
    return absl::OkStatus();
  });
}

hbk_status hbk_witness_answer(hbk_key* key, const char* policy, size_t policy_length,
                              const char* state_directory, const char* request,
                              size_t request_length, uint32_t* code, char* body, size_t capacity,
                              size_t* length, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto signer = KeyHandles::Find(key, "key");
    if (!signer.ok()) return signer.status();
    if (absl::Status checked = CheckDirectory(state_directory); !checked.ok()) return checked;
    const absl::StatusOr<absl::string_view> text = TakeText(request, request_length, "request");
    if (!text.ok()) return text.status();
    if (code == nullptr) return Invalid("code is NULL");
    const absl::StatusOr<hourbook::TrustPolicy> read = TakePolicy(policy, policy_length);
    if (!read.ok()) return read.status();
    const absl::StatusOr<hourbook::Witness> witness =
        hourbook::Witness::Open(**signer, *read, state_directory);
    if (!witness.ok()) return witness.status();
    if (absl::Status fits = CheckRoom(witness->body_max_size(), body, capacity, length);
        !fits.ok()) {
      return fits;
    }
    const absl::StatusOr<uint64_t> now = UnixSecondsNow();
    if (!now.ok()) return now.status();
    const absl::StatusOr<hourbook::WitnessAnswer> answer = witness->Answer(*text, *now);
    if (!answer.ok()) return answer.status();
    *code = answer->code;
    return GiveText(answer->body, body, capacity, length);
  });
}

hbk_status hbk_witness_checkpoint(hbk_key* key, const char* state_directory,
                                  const uint8_t origin_hash[32], char* note, size_t capacity,
                                  size_t* length, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto signer = KeyHandles::Find(key, "key");
    if (!signer.ok()) return signer.status();
    if (absl::Status checked = CheckDirectory(state_directory); !checked.ok()) return checked;
    if (origin_hash == nullptr) return Invalid("origin_hash is NULL");
    hourbook::Hash hash;
    std::copy_n(origin_hash, hash.size(), hash.begin());
    const hourbook::TrustPolicy none;
    const absl::StatusOr<hourbook::Witness> witness =
        hourbook::Witness::Open(**signer, none, state_directory);
    if (!witness.ok()) return witness.status();
    const absl::StatusOr<std::string> latest = witness->Latest(hash);
    if (!latest.ok()) return latest.status();
    return GiveText(*latest, note, capacity, length);
  });
}
