#include "ledger/rules/fates.h"

namespace hourbook {

void Fates::Note(const Entry& entry) {
  switch (static_cast<Kind>(entry.kind)) {
    case Kind::kReverse:
    case Kind::kVoid:
      undone_.emplace(entry.ref);
      break;
    case Kind::kPost:
      if (undone_.contains(entry.id)) {
        undone_.emplace(entry.ref);
      } else {
        posted_.emplace(entry.ref, entry.amount);
      }
      break;
    default:
      break;
  }
}

uint64_t Fates::Standing(const State& state, const Entry& entry) const {
  if (undone_.contains(entry.id)) return 0;
  if ((entry.flags & kFlagPending) == 0) return entry.amount;
  const auto posted = posted_.find(entry.id);
  if (posted != posted_.end()) return posted->second;
  return state.holds.Find(entry.index) ? entry.amount : 0;
}

}  // namespace hourbook
