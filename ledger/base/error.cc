#include "ledger/base/error.h"

#include <array>
#include <new>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"

namespace hourbook {
namespace {

constexpr char kPayload[] = "hourbook/failure";

absl::StatusCode CodeFor(Failure failure) {
  switch (failure) {
    case Failure::kInvalidArgument:
    case Failure::kBatchEmpty:
    case Failure::kBatchTooLarge:
    case Failure::kTooSmall:
      return absl::StatusCode::kInvalidArgument;
    case Failure::kNotFound:
    case Failure::kNotALedger:
      return absl::StatusCode::kNotFound;
    case Failure::kTimeout:
      return absl::StatusCode::kDeadlineExceeded;
    case Failure::kLedgerExists:
    case Failure::kFileExists:
      return absl::StatusCode::kAlreadyExists;
    case Failure::kEnd:
      return absl::StatusCode::kCancelled;
    case Failure::kPermissionDenied:
      return absl::StatusCode::kPermissionDenied;
    case Failure::kCorrupt:
    case Failure::kTruncated:
    case Failure::kUnsound:
      return absl::StatusCode::kDataLoss;
    case Failure::kDiskFull:
    case Failure::kMapFull:
    case Failure::kOutOfMemory:
    case Failure::kReadersFull:
      return absl::StatusCode::kResourceExhausted;
    case Failure::kIoError:
      return absl::StatusCode::kInternal;
    case Failure::kClosed:
    case Failure::kForked:
    case Failure::kAlreadyOpen:
    case Failure::kNewerFormat:
    case Failure::kReadOnly:
    case Failure::kPoisoned:
    case Failure::kBehind:
      return absl::StatusCode::kFailedPrecondition;
  }
  return absl::StatusCode::kUnknown;
}

Failure NearestTo(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return Failure::kInvalidArgument;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
      return Failure::kNotFound;
    case absl::StatusCode::kPermissionDenied:
      return Failure::kPermissionDenied;
    case absl::StatusCode::kDataLoss:
      return Failure::kCorrupt;
    case absl::StatusCode::kDeadlineExceeded:
      return Failure::kTimeout;
    default:
      return Failure::kIoError;
  }
}

absl::Status Make(Failure failure, absl::string_view message) {
  absl::Status status(CodeFor(failure), message);
  status.SetPayload(kPayload, absl::Cord(absl::StrCat(static_cast<uint32_t>(failure))));
  return status;
}

constexpr auto kLast = static_cast<size_t>(Failure::kFileExists);

using Prepared = std::array<absl::Status, kLast + 1>;

Prepared* Prepare() {
  auto* const prepared = new Prepared;
  for (size_t i = 1; i <= kLast; ++i) (*prepared)[i] = Make(static_cast<Failure>(i), "");
  return prepared;
}

// By number. Made before anything can fail, and never destroyed: threads may outlive static objects.
// NOLINTNEXTLINE(cert-err58-cpp): a process that has no memory when it starts has no ledger yet
const Prepared& prepared = *Prepare();

}  // namespace

absl::Status Fail(Failure failure, absl::string_view message) {
  try {
    return Make(failure, message);
  } catch (const std::bad_alloc&) {
    return Fail(failure);
  }
}

absl::Status Fail(Failure failure) { return prepared[static_cast<size_t>(failure)]; }

Failure FailureOf(const absl::Status& status) {
  HOURBOOK_CHECK(!status.ok(), "success carries no failure");
  const auto payload = status.GetPayload(kPayload);
  uint32_t number = 0;
  if (payload && absl::SimpleAtoi(std::string(*payload), &number)) {
    return static_cast<Failure>(number);
  }
  return NearestTo(status.code());
}

}  // namespace hourbook
