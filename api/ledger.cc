// Opening, closing, writing and copying a ledger.
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/internal.h"

namespace hourbook::capi {
namespace {

absl::StatusOr<LedgerOptions> ParseOpenOptions(const hbk_open_options* given) {
  LedgerOptions options;
  if (given == nullptr) return options;
  if (given->struct_size != sizeof(hbk_open_options)) {
    return Invalid("hbk_open_options.struct_size is wrong; use HBK_OPEN_OPTIONS_INIT");
  }
  if ((given->flags & ~uint32_t{HBK_OPEN_READ_ONLY | HBK_OPEN_REPLAY}) != 0) {
    return Invalid(absl::StrCat("hbk_open_options.flags has an unknown bit: ", given->flags));
  }
  options.read_only = (given->flags & HBK_OPEN_READ_ONLY) != 0;
  options.replay = (given->flags & HBK_OPEN_REPLAY) != 0;
  options.map_size = given->map_size;
  return options;
}

absl::StatusOr<Genesis> ParseCreateOptions(const hbk_create_options* given) {
  if (given == nullptr || given->struct_size != sizeof(hbk_create_options)) {
    return Invalid("hbk_create_options is NULL or its struct_size is wrong; use "
                   "HBK_CREATE_OPTIONS_INIT");
  }
  if (given->flags != 0 || given->reserved != 0) {
    return Invalid("hbk_create_options.flags and reserved must be zero");
  }
  if (given->origin == nullptr) return Invalid("hbk_create_options.origin is NULL; name the ledger");
  return Genesis{.origin = given->origin,
                 .time_zone = given->time_zone == nullptr ? "" : given->time_zone,
                 .utc_offset = given->utc_offset,
                 .created_at = given->created_at,
                 .authority = ToId(given->authority)};
}

hbk_ledger* Wrap(std::unique_ptr<Ledger> ledger) {
  auto open = std::make_unique<OpenLedger>();
  open->ledger = std::move(ledger);
  return LedgerHandles::Open(std::move(open));
}

absl::Time DeadlineAfter(uint64_t timeout) {
  if (timeout == HBK_FOREVER) return absl::InfiniteFuture();
  const auto nanos = std::min<uint64_t>(timeout, std::numeric_limits<int64_t>::max());
  return absl::Now() + absl::Nanoseconds(static_cast<int64_t>(nanos));
}

}  // namespace
}  // namespace hourbook::capi

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it
using hourbook::Fail;
using hourbook::Failure;

hbk_status hbk_create(const char* directory, const hbk_create_options* options, hbk_ledger** ledger,
                      hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (ledger == nullptr) return Invalid("ledger is NULL");
    *ledger = nullptr;
    if (absl::Status checked = CheckDirectory(directory); !checked.ok()) return checked;
    absl::StatusOr<hourbook::Genesis> genesis = ParseCreateOptions(options);
    if (!genesis.ok()) return genesis.status();
    if (genesis->created_at == 0) genesis->created_at = absl::GetCurrentTimeNanos();
    hourbook::LedgerOptions ledger_options;
    ledger_options.map_size = options->map_size;
    auto created = hourbook::Ledger::Create(directory, *genesis, ledger_options);
    if (!created.ok()) return created.status();
    *ledger = Wrap(*std::move(created));
    return absl::OkStatus();
  });
}

hbk_status hbk_open(const char* directory, const hbk_open_options* options, hbk_ledger** ledger,
                    hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (ledger == nullptr) return Invalid("ledger is NULL");
    *ledger = nullptr;
    if (absl::Status checked = CheckDirectory(directory); !checked.ok()) return checked;
    const absl::StatusOr<hourbook::LedgerOptions> parsed = ParseOpenOptions(options);
    if (!parsed.ok()) return parsed.status();
    auto opened = hourbook::Ledger::Open(directory, *parsed);
    if (!opened.ok()) return opened.status();
    *ledger = Wrap(*std::move(opened));
    return absl::OkStatus();
  });
}

void hbk_close(hbk_ledger* ledger) {
  OpenLedger* const found = LedgerHandles::FindToClose(ledger);
  if (found == nullptr) return;
  found->ledger->Drain();  // while whoever is told may still use what is open on it
  const std::unique_ptr<OpenLedger> open = LedgerHandles::Close(ledger);
  absl::MutexLock lock(&open->lock);
  for (hbk_snapshot* const snapshot : open->snapshots) CloseSnapshot(snapshot);
  for (hbk_trial* const trial : open->trials) TrialHandles::Close(trial);
}

hbk_status hbk_append(hbk_ledger* ledger, const hbk_entry* entries, uint32_t count,
                      uint64_t timeout, hbk_result* results, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = LedgerHandles::Find(ledger, "ledger");
    if (!found.ok()) return found.status();
    OpenLedger* const open = *found;
    if (absl::Status checked = CheckArrays(entries, count, results); !checked.ok()) return checked;
    return open->ledger->Append(ToEntries(entries, count), DeadlineAfter(timeout),
                                ToOutcomes(results, count));
  });
}

hbk_status hbk_submit(hbk_ledger* ledger, const hbk_entry* entries, uint32_t count,
                      uint64_t timeout, hbk_result* results, hbk_on_done done, void* context,
                      hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = LedgerHandles::Find(ledger, "ledger");
    if (!found.ok()) return found.status();
    OpenLedger* const open = *found;
    if (absl::Status checked = CheckArrays(entries, count, results); !checked.ok()) return checked;
    if (done == nullptr) return Invalid("done is NULL");
    const auto tell = [done, context](const absl::Status& status) {
      hbk_error told = HBK_ERROR_INIT;
      const hbk_status number = Report(status, &told);
      done(context, number, &told);
    };
    return open->ledger->Submit(ToEntries(entries, count), DeadlineAfter(timeout),
                                ToOutcomes(results, count), tell);
  });
}

hbk_status hbk_backup(hbk_ledger* ledger, const char* directory, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = LedgerHandles::Find(ledger, "ledger");
    if (!found.ok()) return found.status();
    OpenLedger* const open = *found;
    if (absl::Status checked = CheckDirectory(directory); !checked.ok()) return checked;
    return open->ledger->Backup(directory);
  });
}
