#include "ledger/audit/check_proof.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/verify.h"
#include "ledger/format/add_checkpoint.h"
#include "ledger/format/proof.h"

namespace hourbook {
namespace {

template <typename... Parts>
absl::Status Unsound(const Parts&... parts) {
  return Fail(Failure::kUnsound, absl::StrCat(parts...));
}

// The entry of leaf data that was found in the tree at this index.
absl::StatusOr<Entry> EntryOf(absl::string_view leaf_data, uint64_t index) {
  absl::StatusOr<Entry> entry = DecodeEntry(ToBytes(leaf_data.substr(sizeof(Hash))));
  if (!entry.ok()) {
    return Unsound("what the log has at index ", index, " is no entry: ",
                   entry.status().message());
  }
  if (entry->index != index) {
    return Unsound("the entry at index ", index, " of the log says that its index is ",
                   entry->index);
  }
  return entry;
}

// Whether the new tree begins with the old one.
absl::Status CheckGrowth(const Checkpoint& from, const Checkpoint& to,
                         absl::Span<const Hash> hashes) {
  for (const Checkpoint& one : {from, to}) {
    if (one.size == 0 && one.root != EmptyRoot()) {
      return Unsound("a root of size 0 that is not the empty tree's");
    }
  }
  if (from.size > 0) {
    const absl::Status proven = VerifyConsistency(from.size, to.size, from.root, to.root, hashes);
    return proven.ok() ? proven : Unsound("the consistency proof: ", proven.message());
  }
  return hashes.empty() ? absl::OkStatus()
                        : Unsound("the consistency proof: from size 0 there are no hashes");
}

absl::StatusOr<AddCheckpoint> ParseRequest(absl::string_view request) {
  absl::StatusOr<AddCheckpoint> parsed = ParseAddCheckpoint(request);
  if (!parsed.ok()) return Unsound("the consistency proof, ", parsed.status().message());
  return parsed;
}

absl::StatusOr<CheckedConsistency> CheckParsed(const AddCheckpoint& request, const Verifier& log,
                                               const Hash& old_root) {
  absl::StatusOr<Checkpoint> signed_one = CheckCheckpoint(request.checkpoint, log);
  if (!signed_one.ok()) return signed_one.status();
  CheckedConsistency checked{
      .old_checkpoint = {.origin = log.name, .size = request.old_size, .root = old_root},
      .new_checkpoint = *std::move(signed_one)};
  const absl::Status grown =
      CheckGrowth(checked.old_checkpoint, checked.new_checkpoint, request.hashes);
  if (!grown.ok()) return grown;
  return checked;
}

}  // namespace

absl::StatusOr<Checkpoint> CheckCheckpoint(absl::string_view note, const Verifier& log) {
  absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(note, log);
  if (!checkpoint.ok()) return Unsound(checkpoint.status().message());
  return checkpoint;
}

absl::StatusOr<CheckedInclusion> CheckInclusion(absl::string_view proof, const Verifier& log,
                                                const std::optional<Hash>& leaf) {
  const absl::StatusOr<Proof> parsed = ParseProof(proof);
  if (!parsed.ok()) return Unsound("the proof, ", parsed.status().message());
  absl::StatusOr<Checkpoint> checkpoint = CheckCheckpoint(parsed->checkpoint, log);
  if (!checkpoint.ok()) return checkpoint.status();
  if (!leaf && parsed->extra.size() != kLeafDataSize) {
    return Unsound("the proof brings no entry: its extra data has ", parsed->extra.size(),
                   " bytes, not ", kLeafDataSize, "; give the leaf hash that it is about");
  }
  const Hash proven = leaf ? *leaf : LeafHash(ToBytes(parsed->extra));
  const absl::Status included =
      VerifyInclusion(parsed->index, checkpoint->size, proven, checkpoint->root, parsed->hashes);
  if (!included.ok()) return Unsound("the inclusion proof: ", included.message());
  CheckedInclusion checked{
      .checkpoint = *std::move(checkpoint), .index = parsed->index, .entry = std::nullopt};
  if (leaf) return checked;
  const absl::StatusOr<Entry> entry = EntryOf(parsed->extra, parsed->index);
  if (!entry.ok()) return entry.status();
  checked.entry = *entry;
  return checked;
}

absl::StatusOr<CheckedConsistency> CheckConsistency(absl::string_view request,
                                                    const Verifier& log,
                                                    const std::optional<Hash>& old_root) {
  const absl::StatusOr<AddCheckpoint> parsed = ParseRequest(request);
  if (!parsed.ok()) return parsed.status();
  if (!old_root && parsed->old_size > 0) {
    return Fail(Failure::kInvalidArgument,
                absl::StrCat("the proof is from size ", parsed->old_size,
                             " on; give the old checkpoint, or its root, which it builds on"));
  }
  return CheckParsed(*parsed, log, old_root ? *old_root : EmptyRoot());
}

absl::StatusOr<CheckedConsistency> CheckConsistency(absl::string_view request,
                                                    const Verifier& log,
                                                    absl::string_view old_note) {
  const absl::StatusOr<AddCheckpoint> parsed = ParseRequest(request);
  if (!parsed.ok()) return parsed.status();
  const absl::StatusOr<Checkpoint> old_one = CheckCheckpoint(old_note, log);
  if (!old_one.ok()) return Unsound("the old checkpoint: ", old_one.status().message());
  if (old_one->size != parsed->old_size) {
    return Unsound("the proof is from size ", parsed->old_size,
                   " on; the old checkpoint is of size ", old_one->size);
  }
  return CheckParsed(*parsed, log, old_one->root);
}

}  // namespace hourbook
