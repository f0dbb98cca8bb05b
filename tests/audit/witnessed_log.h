// A log for a witness to see: it signs any size of a tree of some leaves, and proves any step.
#ifndef TESTS_AUDIT_WITNESSED_LOG_H_
#define TESTS_AUDIT_WITNESSED_LOG_H_

#include <string>
#include <utility>
#include <vector>

#include "ledger/chain/signer.h"
#include "ledger/format/add_checkpoint.h"
#include "ledger/format/checkpoint.h"
#include "tests/chain/plain_tree.h"

namespace hourbook {

class WitnessedLog {
 public:
  explicit WitnessedLog(const std::string& origin, size_t size = 20)
      : key_(Signer::Generate(origin, SignatureType::kEd25519).value()),
        leaves_(SomeLeaves(size)) {}

  const Verifier& verifier() const { return key_.verifier(); }
  const Signer& key() const { return key_; }
  std::string PolicyLine() const { return "log " + FormatVkey(verifier()) + "\n"; }

  // As a fork would have it: the same key, other leaves from `index` on.
  WitnessedLog ForkedAt(size_t index) const {
    WitnessedLog fork(*this);
    for (size_t i = index; i < leaves_.size(); ++i) fork.leaves_[i][0] ^= 1;
    return fork;
  }

  std::string Text(size_t size) const {
    return FormatCheckpoint({.origin = verifier().name,
                             .size = size,
                             .root = PlainRoot(Leaves(leaves_).first(size))});
  }
  std::string Note(size_t size) const {
    return FormatNote({.text = Text(size), .signatures = {key_.Sign(Text(size))}});
  }
  std::vector<Hash> ConsistencyProof(size_t old_size, size_t size) const {
    if (old_size == 0) return {};
    return PlainProof(old_size, Leaves(leaves_).first(size));
  }
  std::string Step(size_t old_size, size_t size) const {
    return FormatAddCheckpoint({.old_size = old_size,
                                .hashes = ConsistencyProof(old_size, size),
                                .checkpoint = Note(size)});
  }

 private:
  WitnessedLog(const WitnessedLog& other)
      : key_(Signer::FromText(other.key_.ToText("").value(), "").value()), leaves_(other.leaves_) {}

  Signer key_;
  std::vector<Hash> leaves_;
};

}  // namespace hourbook

#endif  // TESTS_AUDIT_WITNESSED_LOG_H_
