// A log of entries in memory, whose proofs are made as plainly as RFC 6962 says.
#ifndef TESTS_AUDIT_PLAIN_LOG_H_
#define TESTS_AUDIT_PLAIN_LOG_H_

#include <string>
#include <vector>

#include "ledger/chain/hasher.h"
#include "ledger/chain/signer.h"
#include "ledger/format/add_checkpoint.h"
#include "ledger/format/checkpoint.h"
#include "ledger/format/entry.h"
#include "ledger/format/note.h"
#include "ledger/format/proof.h"
#include "tests/chain/plain_tree.h"

namespace hourbook {

class PlainLog {
 public:
  // So many entries; from index `fork` on they are others than those of a log with another fork.
  PlainLog(const Signer& signer, uint64_t size, uint64_t fork = UINT64_MAX) : signer_(signer) {
    for (uint64_t i = 0; i < size; ++i) {
      Entry entry{};
      entry.id[0] = 1;
      entry.index = i;
      entry.amount = i < fork ? i : 1'000 * (fork + 1) + i;
      entry.kind = static_cast<uint16_t>(Kind::kService);
      Add(EntryBytes(entry));
    }
  }

  // Adds a leaf of any bytes, as leaf data behind the hash of the one before it.
  void Add(Bytes bytes) {
    const Hash prev = leaves_.empty() ? Hash{} : leaves_.back();
    std::string data(prev.begin(), prev.end());
    data.append(bytes.begin(), bytes.end());
    leaves_.push_back(LeafHash(Bytes(reinterpret_cast<const uint8_t*>(data.data()), data.size())));
    leaf_data_.push_back(data);
  }

  uint64_t size() const { return leaves_.size(); }
  const Hash& leaf(uint64_t index) const { return leaves_[index]; }
  Leaves First(uint64_t size) const { return Leaves(leaves_).first(size); }

  std::string Note(uint64_t size) const {
    const std::string text = FormatCheckpoint(
        {.origin = signer_.verifier().name, .size = size, .root = PlainRoot(First(size))});
    return FormatNote({.text = text, .signatures = {signer_.Sign(text)}});
  }

  Proof Inclusion(uint64_t index, uint64_t size) const {
    return {.index = index,
            .hashes = PlainPath(index, First(size)),
            .checkpoint = Note(size),
            .extra = leaf_data_[index]};
  }

  AddCheckpoint Consistency(uint64_t old_size, uint64_t size) const {
    return {.old_size = old_size,
            .hashes = old_size == 0 ? std::vector<Hash>() : PlainProof(old_size, First(size)),
            .checkpoint = Note(size)};
  }

 private:
  const Signer& signer_;
  std::vector<std::string> leaf_data_;
  std::vector<Hash> leaves_;
};

}  // namespace hourbook

#endif  // TESTS_AUDIT_PLAIN_LOG_H_
