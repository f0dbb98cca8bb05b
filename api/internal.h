// What the files of the C API share: the objects behind handles, and how errors get out.
#ifndef API_INTERNAL_H_
#define API_INTERNAL_H_

#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "api/handle.h"
#include "api/hourbook.h"
#include "ledger/base/error.h"
#include "ledger/chain/signer.h"
#include "ledger/chain/trust_policy.h"
#include "ledger/engine/cursor.h"
#include "ledger/engine/ledger.h"
#include "ledger/engine/snapshot.h"
#include "ledger/engine/trial.h"

namespace hourbook::capi {

// A ledger with what was opened on it, which is closed with it.
struct OpenLedger {
  std::unique_ptr<Ledger> ledger;
  absl::Mutex lock;
  std::set<hbk_snapshot*> snapshots ABSL_GUARDED_BY(lock);
  std::set<hbk_trial*> trials ABSL_GUARDED_BY(lock);
};

struct OpenSnapshot {
  OpenLedger* ledger;
  std::unique_ptr<Snapshot> snapshot;
  std::set<hbk_cursor*> cursors;
};

struct OpenCursor {
  OpenSnapshot* snapshot;
  Cursor cursor;
};

struct OpenTrial {
  OpenLedger* ledger;
  Trial trial;
};

}  // namespace hourbook::capi

struct hbk_ledger : hourbook::Shell<hourbook::capi::OpenLedger> {};
struct hbk_snapshot : hourbook::Shell<hourbook::capi::OpenSnapshot> {};
struct hbk_cursor : hourbook::Shell<hourbook::capi::OpenCursor> {};
struct hbk_trial : hourbook::Shell<hourbook::capi::OpenTrial> {};
struct hbk_key : hourbook::Shell<hourbook::Signer> {};

namespace hourbook::capi {

using LedgerHandles = Handles<hbk_ledger, OpenLedger>;
using SnapshotHandles = Handles<hbk_snapshot, OpenSnapshot>;
using CursorHandles = Handles<hbk_cursor, OpenCursor>;
using TrialHandles = Handles<hbk_trial, OpenTrial>;
using KeyHandles = Handles<hbk_key, Signer>;

// Opens a handle and lists it with what it is open on; neither where memory ends.
template <class Opener, class Object, class Handle>
Handle* OpenListed(std::unique_ptr<Object> object, std::set<Handle*>& list) {
  auto node = std::set<Handle*>{nullptr}.extract(nullptr);
  Handle* const handle = Opener::Open(std::move(object));
  node.value() = handle;
  list.insert(std::move(node));
  return handle;
}

// Ends a snapshot, cursors included, that is no longer listed with its ledger.
void CloseSnapshot(hbk_snapshot* snapshot);

// Tells the caller of a failure and returns its status.
hbk_status Report(const absl::Status& status, hbk_error* error);

absl::Status Invalid(absl::string_view what);

// kInvalidArgument where a directory's path is NULL or empty.
absl::Status CheckDirectory(const char* directory);

// Gives a text to the caller in the caller's buffer, as hourbook.h says. kTooSmall; kInvalidArgument
// where a pointer is NULL.
absl::Status GiveText(absl::string_view text, char* buffer, size_t capacity, size_t* length);

// Whether a caller's buffer takes a text of this size, for calls that must not fail once they have
// one; as GiveText otherwise.
absl::Status CheckRoom(size_t size, const char* buffer, size_t capacity, size_t* length);

// A text or file that the caller handed in. kInvalidArgument where it is NULL and not empty.
absl::StatusOr<absl::string_view> TakeText(const char* text, size_t length, absl::string_view what);

// A policy that the caller handed in. InvalidArgument says in which line it is none.
absl::StatusOr<TrustPolicy> TakePolicy(const char* policy, size_t length);

// The key of a log that the caller handed in. kInvalidArgument where it is none.
absl::StatusOr<Verifier> TakeLogKey(const char* vkey);

// Runs a call's body, which returns an absl::Status, and lets no exception into C: the standard
// library throws where memory ends.
template <class Body>
hbk_status Guard(hbk_error* error, Body body) {
  try {
    return Report(body(), error);
  } catch (const std::bad_alloc&) {
    return Report(Fail(Failure::kOutOfMemory), error);
  } catch (const std::exception& thrown) {
    return Report(Fail(Failure::kIoError, thrown.what()), error);
  }
}

template <size_t kSize>
std::array<uint8_t, kSize> ToArray(const uint8_t (&bytes)[kSize]) {
  std::array<uint8_t, kSize> array;
  std::memcpy(array.data(), bytes, kSize);
  return array;
}

inline Id ToId(const uint8_t* bytes) {
  Id id;
  std::memcpy(id.data(), bytes, id.size());
  return id;
}

// hbk_entry and Entry are the same bytes (asserted in entries.cc).
inline absl::Span<const Entry> ToEntries(const hbk_entry* entries, uint32_t count) {
  return absl::MakeConstSpan(reinterpret_cast<const Entry*>(entries), count);
}

// A caller's progress function, which may be NULL, as the engine calls one.
inline auto ProgressOf(hbk_progress progress, void* context) {
  return [progress, context](uint64_t done, uint64_t total) {
    return progress == nullptr || progress(context, done, total) == 0;
  };
}

// Whether a batch has its arrays; how long it may be is the ledger's to say.
inline absl::Status CheckArrays(const hbk_entry* entries, uint32_t count, const hbk_result* results) {
  const bool lacks_one = count > 0 && (entries == nullptr || results == nullptr);
  return lacks_one ? Invalid("entries or results is NULL") : absl::OkStatus();
}

// Results as the machine fills them in: the same bytes (internal.cc).
inline absl::Span<Outcome> ToOutcomes(hbk_result* results, uint32_t count) {
  return {reinterpret_cast<Outcome*>(results), count};
}
hbk_balance ToBalance(const Balance& balance);
hbk_checkpoint ToCheckpoint(const Checkpoint& checkpoint);
hbk_party ToParty(const Party& party);

}  // namespace hourbook::capi

#endif  // API_INTERNAL_H_
