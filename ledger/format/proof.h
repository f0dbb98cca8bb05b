// A proof that needs nothing but a key to check (C2SP tlog-proof): an entry's index, the hashes
// from its leaf to the root, and the checkpoint that signs that root.
#ifndef LEDGER_FORMAT_PROOF_H_
#define LEDGER_FORMAT_PROOF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"

namespace hourbook {

inline constexpr size_t kProofMaxHashes = 63;  // of a tree of up to 2^63 leaves

struct Proof {
  uint64_t index;
  std::vector<Hash> hashes;  // the leaf's sibling first
  std::string checkpoint;    // a signed note, verbatim
  std::string extra;         // whatever comes with it, not authenticated; mostly empty
};

std::string FormatProof(const Proof& proof);

// InvalidArgument says which line is wrong. The checkpoint is not looked into.
absl::StatusOr<Proof> ParseProof(absl::string_view text);

// Hashes as lines of base64, as a proof and tlog-witness's add-checkpoint have them.
std::string FormatHashes(absl::Span<const Hash> hashes);

// Takes hash lines from a text's front, up to and with the empty line after them. `line` is the
// number of the first and becomes that of the first after the empty one. InvalidArgument where one
// is no hash or there are more than kProofMaxHashes.
absl::StatusOr<std::vector<Hash>> TakeHashes(absl::string_view& text, size_t& line);

// Takes a line from a text's front, without its newline. False where there is none.
bool TakeLine(absl::string_view& text, absl::string_view& line);

}  // namespace hourbook

#endif  // LEDGER_FORMAT_PROOF_H_
