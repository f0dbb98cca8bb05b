#include "ledger/base/id_index.h"

#include <utility>

#include "ledger/base/check.h"

namespace hourbook {
namespace {

constexpr int kFirstBits = 4;
constexpr int kMostBits = 31;

}  // namespace

uint32_t IdIndex::Guess(const Id& id) const {
  if (cells_.empty()) return kNone;
  const uint32_t tag = TagOf(id);
  size_t i = HomeOf(tag);
  while (cells_[i].number != kNone && cells_[i].tag != tag) i = After(i);
  return cells_[i].number;
}

void IdIndex::MakeRoom() {
  // More than five eighths full, runs of full cells grow long.
  if (8 * (size_ + 1) > 5 * cells_.size()) Grow();
}

void IdIndex::Add(const Id& id, uint32_t number) {
  MakeRoom();
  const uint32_t tag = TagOf(id);
  size_t i = HomeOf(tag);
  while (cells_[i].number != kNone) i = After(i);
  cells_[i] = {tag, number};
  ++size_;
}

// Cells after the one that becomes empty move up where they may, so that what is found by walking from
// its home still is.
void IdIndex::Remove(const Id& id, uint32_t number) {
  const uint32_t tag = TagOf(id);
  size_t hole = HomeOf(tag);
  while (cells_[hole].number != number) {
    HOURBOOK_CHECK(cells_[hole].number != kNone, "removed a number that was added with another id");
    hole = After(hole);
  }
  const size_t mask = cells_.size() - 1;
  for (size_t i = After(hole); cells_[i].number != kNone; i = After(i)) {
    const size_t from_home = (i - HomeOf(cells_[i].tag)) & mask;
    const size_t from_hole = (i - hole) & mask;
    if (from_home < from_hole) continue;
    cells_[hole] = cells_[i];
    hole = i;
  }
  cells_[hole] = Cell();
  --size_;
}

void IdIndex::Clear() { *this = IdIndex(); }

void IdIndex::Grow() {
  const int bits = cells_.empty() ? kFirstBits : 32 - shift_ + 1;
  HOURBOOK_CHECK(bits <= kMostBits, "there are fewer numbers than five eighths of 2^31");
  Cells grown(size_t{1} << bits);
  std::swap(grown, cells_);
  shift_ = 32 - bits;
  for (const Cell& cell : grown) {
    if (cell.number == kNone) continue;
    size_t i = HomeOf(cell.tag);
    while (cells_[i].number != kNone) i = After(i);
    cells_[i] = cell;
  }
}

}  // namespace hourbook
