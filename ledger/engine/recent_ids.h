// The ids of the newest entries, those that the store's index of ids does not cover yet.
#ifndef LEDGER_ENGINE_RECENT_IDS_H_
#define LEDGER_ENGINE_RECENT_IDS_H_

#include <cstdint>
#include <deque>
#include <optional>

#include "ledger/base/bytes.h"
#include "ledger/base/id_index.h"

namespace hourbook {

// Covers entries first() to end(). Not thread-safe.
class RecentIds {
 public:
  uint64_t first() const { return first_; }
  uint64_t end() const { return first_ + ids_.size(); }

  // Forgets everything; the next id is that of the entry at `first`.
  void Reset(uint64_t first);

  // The id of the entry at end().
  void Append(const Id& id);

  // Takes back ids from the end until end() is `end`.
  void Truncate(uint64_t end);

  // Forgets ids of entries before `first`, which is not past end().
  void DropBefore(uint64_t first);

  // index is from first() to end().
  const Id& At(uint64_t index) const { return ids_[index - first_]; }

  std::optional<uint64_t> Find(const Id& id) const;

  // Says that Find(id) will be asked for soon.
  void Prefetch(const Id& id) const { by_id_.Prefetch(id); }

 private:
  // The number of an entry is its index's last 31 bits: those here are fewer.
  static constexpr uint32_t NumberOf(uint64_t index) { return static_cast<uint32_t>(index) & 0x7fff'ffff; }
  uint64_t IndexOf(uint32_t number) const { return first_ + ((number - NumberOf(first_)) & 0x7fff'ffff); }

  uint64_t first_ = 0;
  std::deque<Id> ids_;
  IdIndex by_id_;
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_RECENT_IDS_H_
