// Publishing a ledger, and what it remembers of that.
#include "ledger/audit/publisher.h"

#include "absl/strings/str_cat.h"
#include "api/internal.h"
#include "ledger/engine/published.h"

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it
using hourbook::Fail;
using hourbook::Failure;

hbk_status hbk_publish(hbk_ledger* ledger, hbk_key* key, const char* directory,
                       hbk_progress progress, void* context, hbk_checkpoint* checkpoint,
                       hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = LedgerHandles::Find(ledger, "ledger");
    if (!found.ok()) return found.status();
    const auto signer = KeyHandles::Find(key, "key");
    if (!signer.ok()) return signer.status();
    if (absl::Status checked = CheckDirectory(directory); !checked.ok()) return checked;
    const absl::StatusOr<hourbook::Checkpoint> published =
        hourbook::Publish(*(*found)->ledger, **signer, directory, ProgressOf(progress, context));
    if (!published.ok()) return published.status();
    if (checkpoint != nullptr) *checkpoint = ToCheckpoint(*published);
    return absl::OkStatus();
  });
}

hbk_status hbk_published_checkpoint(hbk_ledger* ledger, char* note, size_t capacity,
                                    size_t* length, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = LedgerHandles::Find(ledger, "ledger");
    if (!found.ok()) return found.status();
    const std::string& directory = (*found)->ledger->directory();
    const auto published = hourbook::ReadPublished(directory);
    if (!published.ok()) return published.status();
    if (!*published) {
      return Fail(Failure::kNotFound,
                  absl::StrCat("the ledger in ", directory, " was never published; publish it"));
    }
    return GiveText((*published)->note, note, capacity, length);
  });
}

hbk_status hbk_forget_publication(hbk_ledger* ledger, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = LedgerHandles::Find(ledger, "ledger");
    if (!found.ok()) return found.status();
    return (*found)->ledger->ForgetPublication();
  });
}
