// A growing array of fixed-size records that can be undone and that keeps old versions for views.
//
// The state of a ledger is a few of these. Three users need more than the newest version:
// - a linked chain of entries that fails half-way is undone (Mark, RollBack);
// - a reader's snapshot goes on seeing the state at its size while the writer moves on (views);
// - what changed since the state was last stored is stored next (VisitChanged).
// A record is copied once, at its first change after the newest view was added, so that the cost
// follows what is touched and not the size of the state.
//
// Not thread-safe: the owner serializes changes and lookups.
#ifndef LEDGER_RULES_TABLE_H_
#define LEDGER_RULES_TABLE_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "ledger/base/check.h"
#include "ledger/base/hash_map.h"
#include "ledger/base/huge_memory.h"

namespace hourbook {

using Slot = uint32_t;

template <class Record>
class Table {
  static_assert(std::is_trivially_copyable_v<Record>, "records are persisted as their bytes");
  struct View;

 public:
  Table() { kept_lately_.fill(kNone); }

  // Names a view: the ledger's size when it was added.
  using ViewId = uint64_t;

  // A point to roll back to.
  struct Mark {
    Slot size;
    size_t changes;
  };

  Slot size() const { return static_cast<Slot>(records_.size()); }

  // slot < size().
  const Record& operator[](Slot slot) const { return records_[slot]; }

  Slot Append(const Record& record) {
    records_.push_back(record);
    NoteChanged(size() - 1);
    return size() - 1;
  }

  // Takes in a record that was stored: no change. slot <= size().
  void Restore(Slot slot, const Record& record) {
    if (slot == size()) records_.push_back(record);
    records_[slot] = record;
  }

  // The record to change; its present version is kept for whoever still needs it. The reference is
  // valid until the next Append, RollBack or end of the table.
  Record& Mutate(Slot slot) {
    NoteChanged(slot);
    if (undo_depth_ > 0) changes_.emplace_back(slot, records_[slot]);
    if (!views_.empty()) KeepForViews(slot);
    return records_[slot];
  }

  // Calls visit with each slot that was appended or changed since ForgetChanged, in order; perhaps with
  // some that were changed back too.
  template <class Visit>
  void VisitChanged(Visit visit) const {
    for (size_t word = 0; word < changed_.size(); ++word) {
      for (uint64_t bits = changed_[word]; bits != 0; bits &= bits - 1) {
        const auto slot = static_cast<Slot>(word * 64 + static_cast<size_t>(std::countr_zero(bits)));
        if (slot < size()) visit(slot);
      }
    }
  }
  void ForgetChanged() { std::fill(changed_.begin(), changed_.end(), 0); }
  void NoteAllChanged() { changed_.assign((records_.size() + 63) / 64, ~uint64_t{0}); }
  void NoteChanged(Slot slot) {
    if (slot / 64 >= changed_.size()) changed_.resize(slot / 64 + 1);
    changed_[slot / 64] |= uint64_t{1} << (slot % 64);
  }

  // Begins recording changes so that they can be undone. Marks nest; each ends in one RollBack or
  // Keep, the innermost first.
  Mark Begin() {
    ++undo_depth_;
    return {size(), changes_.size()};
  }

  // Undoes everything since the mark and ends it. Views must not have been added since.
  void RollBack(const Mark& mark) {
    while (changes_.size() > mark.changes) {
      records_[changes_.back().first] = changes_.back().second;
      changes_.pop_back();
    }
    records_.Shrink(mark.size);
    EndMark();
  }

  // Ends the mark and lets its changes stand.
  void Keep(const Mark&) { EndMark(); }

  // From now on At(view, ...) answers as the table stands at this moment. Views are added in
  // growing order; adding one that exists counts it once more.
  void AddView(ViewId view) {
    auto [it, added] = views_.try_emplace(view);
    if (added) {
      it->second.size = size();
      it->second.kept = std::exchange(spare_, {});
      it->second.kept.clear();
      kept_lately_.fill(kNone);
    }
    HOURBOOK_CHECK(!added || std::next(it) == views_.end(), "views grow with the ledger");
    if (!added && it->second.users == 0) --unused_;
    ++it->second.users;
  }

  // The view must exist. Its last user's removal frees what only it needed. Throws nothing: without memory
  // the view stays, for nobody, until there is some.
  void RemoveView(ViewId view) {
    const auto it = views_.find(view);
    HOURBOOK_CHECK(it != views_.end() && it->second.users > 0, "removed a view that was not added");
    if (--it->second.users > 0) return;
    ++unused_;
    try {
      for (auto unused = views_.begin(); unused_ > 0 && unused != views_.end();) {
        unused = unused->second.users > 0 ? std::next(unused) : Forget(unused);
      }
    } catch (const std::bad_alloc&) {
    }
  }

  // What a view has, found once for many records. Valid until the table changes.
  class AsOf {
   public:
    Slot size() const { return first_->second.size; }

    // slot < size().
    const Record& operator[](Slot slot) const {
      for (auto it = first_; it != table_->views_.end(); ++it) {
        if (const Record* const kept = it->second.Find(slot)) return *kept;
      }
      return table_->records_[slot];
    }

   private:
    friend class Table;
    AsOf(const Table* table, ViewId view) : table_(table), first_(table->views_.find(view)) {
      HOURBOOK_CHECK(first_ != table->views_.end(), "a view that was added and not removed");
    }

    const Table* table_;
    typename std::map<ViewId, View>::const_iterator first_;
  };
  AsOf At(ViewId view) const { return AsOf(this, view); }

 private:
  struct View {
    Slot size = 0;
    int users = 0;
    // Records changed since this view and before the next one, as they were at this view, and where
    // each is among them.
    std::vector<Record> kept;
    HashMap<Slot, uint32_t> places;

    void Keep(Slot slot, const Record& record) {
      const auto place = static_cast<uint32_t>(kept.size());
      const auto [it, added] = places.try_emplace(slot, place);
      if (!added) return;
      try {
        kept.push_back(record);
      } catch (...) {
        places.erase(it);
        throw;
      }
    }
    const Record* Find(Slot slot) const {
      if (kept.empty()) return nullptr;
      const auto found = places.find(slot);
      return found == places.end() ? nullptr : &kept[found->second];
    }
  };

  using Views = std::map<ViewId, View>;

  // What changed between a view and the next is still old news to the views before it. Returns the next.
  typename Views::iterator Forget(typename Views::iterator it) {
    if (it != views_.begin()) {
      for (const auto& [slot, place] : it->second.places) {
        std::prev(it)->second.Keep(slot, it->second.kept[place]);
      }
    }
    if (it->second.kept.capacity() > spare_.capacity()) spare_ = std::move(it->second.kept);
    kept_lately_.fill(kNone);
    --unused_;
    return views_.erase(it);
  }

  void KeepForViews(Slot slot) {
    Slot& lately = kept_lately_[slot % kept_lately_.size()];
    if (lately == slot) return;
    View& newest = views_.rbegin()->second;
    if (slot < newest.size) newest.Keep(slot, records_[slot]);
    lately = slot;
  }

  void EndMark() {
    HOURBOOK_CHECK(undo_depth_ > 0, "a mark ends once");
    if (--undo_depth_ == 0) changes_.clear();
  }

  // Records in pieces of memory that do not move: a slot is found with a shift and a mask.
  class Records {
   public:
    Records() = default;
    Records(Records&& other) noexcept
        : pieces_(std::move(other.pieces_)), size_(std::exchange(other.size_, 0)) {
      other.pieces_.clear();
    }
    Records& operator=(Records&& other) noexcept {
      std::swap(pieces_, other.pieces_);
      std::swap(size_, other.size_);
      return *this;
    }
    ~Records() {
      for (Record* const piece : pieces_) HugeAllocator<Record>().deallocate(piece, kPiece);
    }

    size_t size() const { return size_; }
    Record& operator[](size_t i) { return pieces_[i >> kShift][i & (kPiece - 1)]; }
    const Record& operator[](size_t i) const { return pieces_[i >> kShift][i & (kPiece - 1)]; }
    void push_back(const Record& record) {
      if (size_ >> kShift == pieces_.size()) {
        pieces_.reserve(pieces_.size() + 1);  // nothing is lost between the two
        pieces_.push_back(HugeAllocator<Record>().allocate(kPiece));
      }
      (*this)[size_++] = record;
    }
    void Shrink(size_t size) { size_ = size; }

   private:
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
    // Small, since it writes an eighth of what is allocated, used or not: 10 ms for a ledger that is opened.
    static constexpr size_t kShift = 10;
#else
    // Whole huge pages, where a record is whole words: a part of one would be memory for nothing. Not
    // touched before they are used, so that a small table takes little.
    static constexpr size_t kShift = 18;
#endif
    static constexpr size_t kPiece = size_t{1} << kShift;
    std::vector<Record*> pieces_;
    size_t size_ = 0;
  };

  Records records_;
  std::vector<uint64_t> changed_;  // a bit for each slot
  int undo_depth_ = 0;
  std::vector<std::pair<Slot, Record>> changes_;
  Views views_;
  size_t unused_ = 0;  // views that are to be forgotten
  std::vector<Record> spare_;  // memory of a view that is over, for the next
  // Slots that the newest view has, or need not have: most are changed several times by one entry.
  static constexpr Slot kNone = UINT32_MAX;
  std::array<Slot, 64> kept_lately_;
};

}  // namespace hourbook

#endif  // LEDGER_RULES_TABLE_H_
