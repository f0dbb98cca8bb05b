// Pending entries that are neither posted, voided nor lapsed: what each holds, and until when.
#ifndef LEDGER_RULES_HOLDS_H_
#define LEDGER_RULES_HOLDS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "ledger/base/hash_map.h"
#include "ledger/rules/table.h"

namespace hourbook {

struct Hold {
  uint64_t index;    // of the pending entry; 0 marks a free slot
  int64_t deadline;  // lapses at this instant; kNoDeadline for never
  uint64_t amount;   // in the accounts' unit
  Slot debit;        // accounts
  Slot credit;
};

static_assert(std::has_unique_object_representations_v<Hold>, "persisted as its bytes");

inline constexpr int64_t kNoDeadline = INT64_MAX;

// Slots are used again, so that memory follows the holds that are open and not those ever made.
// Not thread-safe: the owner serializes changes and lookups.
class Holds {
 public:
  using Mark = Table<Hold>::Mark;

  // hold.index must be non-zero and not open.
  void Open(const Hold& hold);

  // The open hold of the pending entry at index, or nothing.
  std::optional<Hold> Find(uint64_t index) const;

  // The hold must be open.
  void Close(uint64_t index);

  // The open hold that lapses first, the lower index first among equals, if its deadline is not
  // after now; or nothing.
  std::optional<Hold> FirstDue(int64_t now) const;

  // Takes in a record as it was stored, free slots included, in the order of slots. False, with nothing
  // changed, where its entry holds already.
  bool Restore(const Hold& hold);

  // As Table's.
  void ForgetChanged() { table_.ForgetChanged(); }
  void NoteAllChanged() { table_.NoteAllChanged(); }
  void NoteChanged(Slot slot) { table_.NoteChanged(slot); }

  size_t open() const { return slot_by_index_.size(); }
  const Table<Hold>& table() const { return table_; }

  // As Table's.
  void AddView(uint64_t view) { table_.AddView(view); }
  void RemoveView(uint64_t view) { table_.RemoveView(view); }
  Mark Begin() { return table_.Begin(); }
  void RollBack(const Mark& mark);
  void Keep(const Mark& mark) { table_.Keep(mark); }

 private:
  // What lookups need, kept in step with every slot's contents.
  void Index(Slot slot);
  void Unindex(Slot slot);

  Table<Hold> table_;
  HashMap<uint64_t, Slot> slot_by_index_;
  // absl's trees, which would be flatter, lose a node where memory ends.
  std::set<std::pair<int64_t, uint64_t>> deadlines_;  // (deadline, index)
  std::set<Slot> free_;
};

}  // namespace hourbook

#endif  // LEDGER_RULES_HOLDS_H_
