#include "ledger/rules/state.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "ledger/format/genesis.h"

namespace hourbook {

void State::RollBack(const Mark& mark) {
  accounts.RollBack(mark.accounts);
  holds.RollBack(mark.holds);
  while (policy_entries.size() > mark.policy_entries) {
    policy.Undo(policy_entries.back());
    policy_entries.pop_back();
  }
  size = mark.size;
  last_recorded_at = mark.last_recorded_at;
}

void State::Keep(const Mark& mark) {
  accounts.Keep(mark.accounts);
  holds.Keep(mark.holds);
}

void State::AddPolicy(const Entry& entry) {
  if (entry.kind == static_cast<uint16_t>(Kind::kGenesis)) {
    for (const Entry& first : FirstPolicies(entry)) policy.Add(first);
    policy_entries.push_back(entry);
    return;
  }
  Entry policy_entry = entry;
  if (IsOfItsMoment(static_cast<Topic>(entry.code))) policy_entry.occurred_at = entry.recorded_at;
  policy.Add(policy_entry);
  policy_entries.push_back(policy_entry);
}

void State::ShareView(uint64_t view) {
  accounts.AddView(view);
  absl::Cleanup remove = [&] { accounts.RemoveView(view); };
  holds.AddView(view);
  std::move(remove).Cancel();
}

void State::NoteAllChanged() {
  accounts.NoteAllChanged();
  holds.NoteAllChanged();
}

void State::ForgetChanged() {
  accounts.ForgetChanged();
  holds.ForgetChanged();
}

void State::RemoveView(uint64_t view) {
  accounts.RemoveView(view);
  holds.RemoveView(view);
}

}  // namespace hourbook
