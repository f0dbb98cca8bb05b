// absl's flat hash tables, sound where memory ends. Theirs are left half grown when they are refused the
// memory to grow, and then must not even be destroyed; these grow into a new table, which takes the place of
// the old one once it is whole.
#ifndef LEDGER_BASE_HASH_MAP_H_
#define LEDGER_BASE_HASH_MAP_H_

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace hourbook {

// Table is one of absl's. Its functions are as theirs; what throws std::bad_alloc changes nothing.
template <class Table>
class Sound : private Table {
 public:
  using typename Table::const_iterator;
  using typename Table::iterator;
  using typename Table::value_type;

  Sound() = default;
  Sound(Sound&&) noexcept = default;
  Sound& operator=(Sound&&) noexcept = default;

  using Table::begin;
  using Table::contains;
  using Table::empty;
  using Table::end;
  using Table::erase;
  using Table::find;
  using Table::size;

  void clear() {
    Table::clear();
    used_ = 0;
  }

  template <class... Args>
  std::pair<iterator, bool> emplace(Args&&... args) {
    MakeRoom();
    return Count(Table::emplace(std::forward<Args>(args)...));
  }
  template <class... Args>
  std::pair<iterator, bool> try_emplace(Args&&... args) {
    MakeRoom();
    return Count(Table::try_emplace(std::forward<Args>(args)...));
  }
  template <class Key>
  auto& operator[](const Key& key) {
    return try_emplace(key).first->second;
  }

 private:
  static constexpr size_t kFewest = 6;  // that there is room for at first

  // What absl's table takes without growing, or less.
  static size_t Most(size_t capacity) { return capacity < kFewest ? 0 : capacity - capacity / 8 - 1; }

  void MakeRoom() {
    if (used_ < Most(Table::capacity())) return;
    const size_t wanted = std::max(2 * size(), kFewest);
    Table grown(wanted + wanted / 4 + 2);  // where this throws there is nothing to destroy
    for (auto& value : *this) grown.insert(std::move(value));
    Table::swap(grown);
    used_ = size();
  }

  std::pair<iterator, bool> Count(std::pair<iterator, bool> done) {
    used_ += done.second;
    return done;
  }

  size_t used_ = 0;  // places that were ever taken: one that was given up may not be free again
};

template <class Key, class Value>
using HashMap = Sound<absl::flat_hash_map<Key, Value>>;
template <class Key>
using HashSet = Sound<absl::flat_hash_set<Key>>;

}  // namespace hourbook

#endif  // LEDGER_BASE_HASH_MAP_H_
