// What can go wrong with a call, beside what the rules say of an entry: an absl::Status that also
// carries one of these. The numbers are the C API's and never change meaning.
#ifndef LEDGER_BASE_ERROR_H_
#define LEDGER_BASE_ERROR_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace hourbook {

enum class Failure : uint32_t {
  kEnd = 1,  // not a failure of ours: the caller's progress function asked to stop
  kInvalidArgument = 2,
  kNotFound = 3,
  kClosed = 4,
  kForked = 5,
  kTimeout = 6,
  kBatchEmpty = 7,
  kBatchTooLarge = 8,
  kAlreadyOpen = 9,
  kLedgerExists = 10,
  kNotALedger = 11,
  kNewerFormat = 12,
  kReadOnly = 13,
  kPermissionDenied = 14,
  kCorrupt = 15,
  kTruncated = 16,
  kDiskFull = 17,
  kMapFull = 18,
  kOutOfMemory = 19,
  kIoError = 20,
  kPoisoned = 21,
  kReadersFull = 22,
  kBehind = 23,    // behind a checkpoint that was signed, or a fork of it
  kUnsound = 24,   // what was to be verified does not: a signature, a proof, a publication
  kTooSmall = 25,  // a caller's buffer
  kFileExists = 26,
};

// A status that is not Ok and carries the failure; message says what, where and what to do. Without one
// where there is no memory for it.
absl::Status Fail(Failure failure, absl::string_view message);

// The same without a message, for when memory has ended: asks for none.
absl::Status Fail(Failure failure);

// The failure that a status carries; for one that was not made by Fail, the nearest to its code.
// The status must not be Ok.
Failure FailureOf(const absl::Status& status);

}  // namespace hourbook

#endif  // LEDGER_BASE_ERROR_H_
