// Making and checking proofs.
#include <optional>

#include "api/internal.h"
#include "ledger/audit/check_proof.h"
#include "ledger/audit/make_proof.h"

namespace hourbook::capi {
namespace {

std::optional<Hash> TakeHash(const uint8_t* bytes) {
  if (bytes == nullptr) return std::nullopt;
  Hash hash;
  std::memcpy(hash.data(), bytes, hash.size());
  return hash;
}

void Give(const Checkpoint& checkpoint, hbk_checkpoint* out) {
  if (out != nullptr) *out = ToCheckpoint(checkpoint);
}

// What a caller who makes a proof hands in and gets.
template <class Make>
absl::Status GiveProof(const hbk_snapshot* snapshot, const char* note, size_t note_length,
                       char* proof, size_t capacity, size_t* length, Make make) {
  const auto found = SnapshotHandles::Find(snapshot, "snapshot");
  if (!found.ok()) return found.status();
  const absl::StatusOr<absl::string_view> taken = TakeText(note, note_length, "note");
  if (!taken.ok()) return taken.status();
  const absl::StatusOr<std::string> made = make(*(*found)->snapshot, *taken);
  if (!made.ok()) return made.status();
  return GiveText(*made, proof, capacity, length);
}

}  // namespace
}  // namespace hourbook::capi

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it
using hourbook::Snapshot;

hbk_status hbk_prove_inclusion(hbk_snapshot* snapshot, uint64_t index, const char* note,
                               size_t note_length, char* proof, size_t capacity, size_t* length,
                               hbk_error* error) {
  return Guard(error, [&] {
    return GiveProof(snapshot, note, note_length, proof, capacity, length,
                     [index](const Snapshot& of, absl::string_view checkpoint) {
                       return hourbook::MakeInclusionProof(of, index, checkpoint);
                     });
  });
}

hbk_status hbk_prove_consistency(hbk_snapshot* snapshot, uint64_t old_size, const char* note,
                                 size_t note_length, char* request, size_t capacity,
                                 size_t* length, hbk_error* error) {
  return Guard(error, [&] {
    return GiveProof(snapshot, note, note_length, request, capacity, length,
                     [old_size](const Snapshot& of, absl::string_view checkpoint) {
                       return hourbook::MakeConsistencyProof(of, old_size, checkpoint);
                     });
  });
}

hbk_status hbk_check_checkpoint(const char* note, size_t length, const char* vkey,
                                hbk_checkpoint* checkpoint, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto log = TakeLogKey(vkey);
    if (!log.ok()) return log.status();
    const auto taken = TakeText(note, length, "note");
    if (!taken.ok()) return taken.status();
    const auto checked = hourbook::CheckCheckpoint(*taken, *log);
    if (!checked.ok()) return checked.status();
    Give(*checked, checkpoint);
    return absl::OkStatus();
  });
}

hbk_status hbk_check_inclusion(const char* proof, size_t length, const char* vkey,
                               const uint8_t leaf[32], hbk_entry* entry, uint64_t* index,
                               hbk_checkpoint* checkpoint, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto log = TakeLogKey(vkey);
    if (!log.ok()) return log.status();
    const auto taken = TakeText(proof, length, "proof");
    if (!taken.ok()) return taken.status();
    if (leaf != nullptr && entry != nullptr) {
      return Invalid("both leaf and entry are given; a leaf hash is proven without an entry");
    }
    const auto checked = hourbook::CheckInclusion(*taken, *log, TakeHash(leaf));
    if (!checked.ok()) return checked.status();
    if (entry != nullptr) std::memcpy(entry, &*checked->entry, sizeof(*entry));
    if (index != nullptr) *index = checked->index;
    Give(checked->checkpoint, checkpoint);
    return absl::OkStatus();
  });
}

hbk_status hbk_check_consistency(const char* request, size_t length, const char* vkey,
                                 const char* old_note, size_t old_length,
                                 const uint8_t old_root[32], hbk_checkpoint* old_checkpoint,
                                 hbk_checkpoint* new_checkpoint, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto log = TakeLogKey(vkey);
    if (!log.ok()) return log.status();
    const auto taken = TakeText(request, length, "request");
    if (!taken.ok()) return taken.status();
    const auto old_taken = TakeText(old_note, old_length, "old_note");
    if (!old_taken.ok()) return old_taken.status();
    if (old_note != nullptr && old_root != nullptr) {
      return Invalid("both old_note and old_root are given; give one");
    }
    const auto checked =
        old_note != nullptr ? hourbook::CheckConsistency(*taken, *log, *old_taken)
                            : hourbook::CheckConsistency(*taken, *log, TakeHash(old_root));
    if (!checked.ok()) return checked.status();
    Give(checked->old_checkpoint, old_checkpoint);
    Give(checked->new_checkpoint, new_checkpoint);
    return absl::OkStatus();
  });
}
