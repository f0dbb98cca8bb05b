// Evidence: payloads outside the ledger, and what shows them.
#include "ledger/chain/evidence.h"

#include "api/internal.h"
#include "ledger/engine/payloads.h"
#include "ledger/format/opening.h"

namespace hourbook::capi {
namespace {

Hash ToHash(const uint8_t* bytes) {
  Hash hash;
  std::memcpy(hash.data(), bytes, hash.size());
  return hash;
}

}  // namespace
}  // namespace hourbook::capi

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it
using hourbook::Fail;
using hourbook::Failure;

static_assert(HBK_PAYLOAD_MAX == hourbook::kPayloadMaxSize);

hbk_status hbk_evidence_keep(const char* store, const void* payload, size_t length,
                             uint8_t commitment[32], hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (absl::Status checked = CheckDirectory(store); !checked.ok()) return checked;
    if (commitment == nullptr) return Invalid("commitment is NULL");
    const auto taken = TakeText(static_cast<const char*>(payload), length, "payload");
    if (!taken.ok()) return taken.status();
    const auto kept = hourbook::KeepPayload(store, *taken);
    if (!kept.ok()) return kept.status();
    std::memcpy(commitment, kept->data(), kept->size());
    return absl::OkStatus();
  });
}

hbk_status hbk_evidence_show(const char* store, const uint8_t commitment[32], char* opening,
                             size_t capacity, size_t* length, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (absl::Status checked = CheckDirectory(store); !checked.ok()) return checked;
    if (commitment == nullptr) return Invalid("commitment is NULL");
    const auto shown = hourbook::ShowPayload(store, ToHash(commitment));
    if (!shown.ok()) return shown.status();
    return GiveText(*shown, opening, capacity, length);
  });
}

hbk_status hbk_evidence_check(const char* opening, size_t length, const uint8_t commitment[32],
                              size_t* payload_offset, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (commitment == nullptr) return Invalid("commitment is NULL");
    const auto taken = TakeText(opening, length, "opening");
    if (!taken.ok()) return taken.status();
    const auto payload = hourbook::OpenEvidence(*taken, ToHash(commitment));
    if (!payload.ok()) return Fail(Failure::kUnsound, payload.status().message());
    if (payload_offset != nullptr) *payload_offset = length - payload->size();
    return absl::OkStatus();
  });
}

hbk_status hbk_evidence_erase(const char* store, const uint8_t commitment[32], hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (absl::Status checked = CheckDirectory(store); !checked.ok()) return checked;
    if (commitment == nullptr) return Invalid("commitment is NULL");
    return hourbook::ErasePayload(store, ToHash(commitment));
  });
}
