// Memory for large tables that are read all over: in huge pages where the system has them, so that
// finding a page does not cost as much as reading from it.
#ifndef LEDGER_BASE_HUGE_MEMORY_H_
#define LEDGER_BASE_HUGE_MEMORY_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace hourbook {

inline constexpr size_t kHugePage = size_t{1} << 21;

// An allocator for containers. What is smaller than half a huge page is allocated as usual.
template <class T>
class HugeAllocator {
 public:
  using value_type = T;

  HugeAllocator() = default;
  template <class U>
  HugeAllocator(const HugeAllocator<U>&) {}  // NOLINT(google-explicit-constructor): as allocators are

  T* allocate(size_t count) {
    const size_t bytes = count * sizeof(T);
    if (!IsHuge(bytes)) return static_cast<T*>(::operator new(bytes));
    const size_t rounded = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    void* const memory = std::aligned_alloc(kHugePage, rounded);
    if (memory == nullptr) throw std::bad_alloc();
    ::madvise(memory, rounded, MADV_HUGEPAGE);  // where it fails, the pages are small
    return static_cast<T*>(memory);
  }

  void deallocate(T* memory, size_t count) {
    if (IsHuge(count * sizeof(T))) {
      std::free(memory);
    } else {
      ::operator delete(memory);
    }
  }

  friend bool operator==(const HugeAllocator&, const HugeAllocator&) { return true; }

 private:
  static bool IsHuge(size_t bytes) { return bytes >= kHugePage / 2; }
};

}  // namespace hourbook

#endif  // LEDGER_BASE_HUGE_MEMORY_H_
