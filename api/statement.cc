// Statements: what a party is shown of its own accounts.
#include "ledger/audit/check_statement.h"

#include "absl/strings/str_cat.h"
#include "api/internal.h"
#include "ledger/audit/make_statement.h"

namespace hourbook::capi {
namespace {

hbk_stated_account ToAccount(const StatedAccount& account) {
  return {.unit = static_cast<uint16_t>(account.unit),
          .from_start = account.from_start,
          .reserved = 0,
          .entries = account.entries,
          .first = account.first,
          .last = account.last,
          .debits = account.debits,
          .credits = account.credits};
}

void FillChecked(const StatementChecked& from, hbk_statement_checked* to) {
  *to = HBK_STATEMENT_CHECKED_INIT;
  to->party_kind = from.party_kind;
  to->closed = from.closed;
  std::memcpy(to->party, from.party.data(), from.party.size());
  to->checkpoint = ToCheckpoint(from.checkpoint);
  to->checkpoint_offset = from.checkpoint_offset;
  to->entries = from.entries;
  to->accounts_count = static_cast<uint32_t>(from.accounts.size());
  for (size_t i = 0; i < from.accounts.size(); ++i) to->accounts[i] = ToAccount(from.accounts[i]);
}

}  // namespace
}  // namespace hourbook::capi

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it
using hourbook::Entry;
using hourbook::StatementRange;
using hourbook::Unit;

static_assert(HBK_STATED_ACCOUNTS_MAX == hourbook::kStatedAccountsMax);

hbk_status hbk_prove_statement(hbk_snapshot* snapshot, const uint8_t party[16], uint16_t unit,
                               int64_t from, int64_t until, const char* checkpoint, size_t length,
                               hbk_text_sink sink, void* context, hbk_statement_made* made,
                               hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    if (party == nullptr || sink == nullptr) return Invalid("party or sink is NULL");
    if (!hourbook::MayBeUnit(unit)) {
      return Invalid(absl::StrCat("the unit ", unit, " is unknown; use HBK_UNIT_*"));
    }
    const auto note = TakeText(checkpoint, length, "checkpoint");
    if (!note.ok()) return note.status();
    StatementRange range{.unit = std::nullopt, .from = from, .until = until};
    if (unit != HBK_UNIT_NONE) range.unit = static_cast<Unit>(unit);
    const auto give = [&](absl::string_view text) {
      return sink(context, text.data(), text.size()) == 0;
    };
    const auto done =
        hourbook::MakeStatement(*(*found)->snapshot, ToId(party), range, *note, give);
    if (!done.ok()) return done.status();
    if (made != nullptr) *made = {.entries = done->entries, .beyond = done->beyond};
    return absl::OkStatus();
  });
}

hbk_status hbk_check_statement(const char* text, size_t length, const char* vkey,
                               hbk_entry_sink sink, void* context, hbk_statement_checked* checked,
                               hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (checked == nullptr || checked->struct_size != sizeof(hbk_statement_checked)) {
      return Invalid("hbk_statement_checked is NULL or its struct_size is wrong; use "
                     "HBK_STATEMENT_CHECKED_INIT");
    }
    const auto taken = TakeText(text, length, "text");
    if (!taken.ok()) return taken.status();
    const auto log = TakeLogKey(vkey);
    if (!log.ok()) return log.status();
    const auto give = [&](const Entry& entry) {
      return sink == nullptr || sink(context, reinterpret_cast<const hbk_entry*>(&entry)) == 0;
    };
    const auto found = hourbook::CheckStatement(*taken, *log, give);
    if (!found.ok()) return found.status();
    FillChecked(*found, checked);
    return absl::OkStatus();
  });
}
