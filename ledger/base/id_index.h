// Where a thing with an id is, by the id: a number for each id.
//
// A cell has the number and a tag of the id, but not the id, which its owner keeps and is asked for: so a
// line of a core's cache has 8 cells, and one that was prefetched nearly always answers. A map of ids in
// its slots has them spread over five lines. Not thread-safe, but for lookups while nothing changes.
#ifndef LEDGER_BASE_ID_INDEX_H_
#define LEDGER_BASE_ID_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/hash/hash.h"
#include "ledger/base/bytes.h"
#include "ledger/base/huge_memory.h"

namespace hourbook {

class IdIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  size_t size() const { return size_; }

  // The id's number, or kNone. id_of(number) gives the id that was added with a number.
  template <class IdOf>
  uint32_t Find(const Id& id, IdOf id_of) const {
    if (cells_.empty()) return kNone;
    const uint32_t tag = TagOf(id);
    for (size_t i = HomeOf(tag); cells_[i].number != kNone; i = After(i)) {
      if (cells_[i].tag == tag && id_of(cells_[i].number) == id) return cells_[i].number;
    }
    return kNone;
  }

  // Says that Find will be asked for the id soon.
  void Prefetch(const Id& id) const {
    if (!cells_.empty()) __builtin_prefetch(&cells_[HomeOf(TagOf(id))]);
  }

  // What Find most likely gives, without asking for an id: the first number with the id's tag, or kNone.
  uint32_t Guess(const Id& id) const;

  // Makes room for one more, so that the next Add cannot fail: for owners that add to memory of their own
  // too, and would be left with half.
  void MakeRoom();

  // The number must not be there, and is not kNone. An id that is there twice, as in a damaged log, has
  // either number.
  void Add(const Id& id, uint32_t number);

  // The id must be there, with this number.
  void Remove(const Id& id, uint32_t number);

  void Clear();

 private:
  struct Cell {
    uint32_t tag = 0;
    uint32_t number = kNone;  // kNone: empty
  };
  using Cells = std::vector<Cell, HugeAllocator<Cell>>;

  static uint32_t TagOf(const Id& id) { return static_cast<uint32_t>(absl::Hash<Id>()(id) >> 16); }
  // The leading bits of its tag say where an id belongs; it is there or in the cells right after, with
  // none empty between.
  size_t HomeOf(uint32_t tag) const { return tag >> shift_; }
  size_t After(size_t cell) const { return (cell + 1) & (cells_.size() - 1); }
  void Grow();

  Cells cells_;     // none, or a power of two of them
  int shift_ = 32;  // 32 less the power
  size_t size_ = 0;
};

}  // namespace hourbook

#endif  // LEDGER_BASE_ID_INDEX_H_
