// The text of a statement (FORMAT.md): a party's entries, each with its proof, and the checkpoint
// that they are proved against. This reads and writes its form, an entry at a time; whether it
// holds is for audit/check_statement.h.
#ifndef LEDGER_FORMAT_STATEMENT_H_
#define LEDGER_FORMAT_STATEMENT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ledger/base/bytes.h"
#include "ledger/format/entry.h"

namespace hourbook {

inline constexpr size_t kStatementMaxSize = size_t{1} << 30;  // bytes; some 700,000 entries

// The three parts, to be written one after the other: the head once, each entry with the leaf hash
// before it and its inclusion proof, and the end once, with a checkpoint verbatim.
std::string FormatStatementHead(const Id& party);
std::string FormatStatementEntry(const Hash& prev, const Entry& entry,
                                 absl::Span<const Hash> proof);
std::string FormatStatementEnd(absl::string_view checkpoint);

struct StatementEntry {
  size_t line = 0;  // of its first, from 1
  Hash prev;
  Entry entry;
  std::vector<Hash> proof;  // at most kProofMaxHashes, the leaf's sibling first
};

// Reads a statement from its front. Its memory does not grow with the text, which must outlive it.
class StatementReader {
 public:
  // InvalidArgument says which line is wrong: no header, no party, no end.
  static absl::StatusOr<StatementReader> Open(absl::string_view text);

  const Id& party() const { return party_; }

  // The text after the empty line, and how far into the whole text it begins. Not looked into.
  absl::string_view checkpoint() const { return checkpoint_; }
  size_t checkpoint_offset() const { return checkpoint_offset_; }

  // Fills in the next entry; false after the last. InvalidArgument says which line is wrong.
  absl::StatusOr<bool> Next(StatementEntry& entry);

 private:
  StatementReader() = default;

  absl::Status TakeEntry(absl::string_view line, StatementEntry& entry) const;

  Id party_;
  absl::string_view entries_;  // what is left of them
  absl::string_view checkpoint_;
  size_t checkpoint_offset_ = 0;
  size_t line_ = 3;  // of the first of entries_
};

}  // namespace hourbook

#endif  // LEDGER_FORMAT_STATEMENT_H_
