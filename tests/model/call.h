// What the driver asks of a process that has ledgers open, and what that answers: by a call where the process
// is this one, else through a pipe.
#ifndef TESTS_MODEL_CALL_H_
#define TESTS_MODEL_CALL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ledger/engine/cursor.h"
#include "ledger/rules/machine.h"

namespace hourbook {

enum class Op : uint32_t {
  kOpen,
  kClose,
  kAppend,      // each batch with hbk_append
  kSubmit,      // each batch with hbk_submit, before any is told of
  kHold,        // opens a snapshot and keeps it
  kRelease,     // closes it
  kAsk,         // of a snapshot that is kept, or of a new one
  kOpenCursor,  // on a snapshot that is kept
  kNext,        // the cursor's next page
  kTrial,
  kPublish,
  kForget,
  kAudit,
  kBackup,
};
inline constexpr Op kLastOp = Op::kBackup;
absl::string_view NameOf(Op op);

enum class What : uint32_t {
  kStat,
  kRoot,
  kBalance,
  kUnits,
  kEntryByIndex,
  kEntryById,
  kParties,
  kEntries,
  kStatement,
  kInclusion,
  kConsistency,
  kProvenStatement,
  kAuditLedger,
  kVerify,
};
inline constexpr What kLastWhat = What::kVerify;
absl::string_view NameOf(What what);

// Of what it does not ask the fields are zero.
struct Question {
  What what;
  uint16_t unit;
  uint32_t capacity;  // of a page, or of an array
  uint64_t number;    // an index, a size, the first of several
  Id id;              // of a party or an entry
  Filter filter;
};

// How a ledger is opened: Call::number.
enum OpenMode : uint64_t { kForWriting, kReadOnly, kCreating };

struct Call {
  Op op = Op::kAsk;
  uint32_t ledger = 0;  // which of those that the process may have open
  uint32_t slot = 0;    // a snapshot that is kept; 0 for none
  uint32_t cursor = 0;
  int64_t clock = 0;
  uint64_t number = 0;                 // an OpenMode; a capacity; a size
  uint32_t map_bits = 0;               // of kOpen: the size of the map, as a power of two
  std::string home = {};               // where the town's key and its auditor's memory are
  std::string path = {};               // of a ledger, a backup or a publication
  std::vector<uint32_t> lengths = {};  // of the batches that the entries make
  std::vector<Entry> entries = {};
  std::vector<Question> questions = {};
};

// What is told beside the answer, and differs from run to run.
struct Facts {
  uint64_t map_bytes = 0;
  uint64_t stored_size = 0;  // as far as the stored state went when the ledger was opened
  uint64_t wholes = 0;       // the number of the part that is a whole one
};

struct Reply {
  std::vector<uint32_t> statuses;  // hbk_status, one for each call
  std::vector<Outcome> outcomes;
  std::vector<std::string> answers;
  std::string trouble;  // what failed calls said
  Facts facts;
};

std::string Encode(const Call& call);
std::string Encode(const Reply& reply);
std::optional<Call> DecodeCall(absl::string_view bytes);
std::optional<Reply> DecodeReply(absl::string_view bytes);

}  // namespace hourbook

#endif  // TESTS_MODEL_CALL_H_
