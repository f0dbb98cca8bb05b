// The memory that this process asks for, taken over: an executable that links allocations.cc may have it
// refused. Linked as an object, like calls.cc.
#ifndef TESTS_CALLS_ALLOCATIONS_H_
#define TESTS_CALLS_ALLOCATIONS_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace hourbook {

// How memory is asked for. kAligned: posix_memalign and its like.
enum class Allocation { kMalloc, kCalloc, kRealloc, kAligned, kNew };
inline constexpr size_t kAllocations = 5;

// Counts what is asked for from here on, by any thread and any library, and refuses the `first`-th to the
// `last`-th; nothing where first is 0.
void FailAllocations(uint64_t first, uint64_t last);

// How many there were since.
uint64_t CountedAllocations();

// How many were ever refused, by Allocation.
std::array<uint64_t, kAllocations> RefusedAllocations();

// Blocks that are allocated at this moment. 0 where a sanitizer keeps count itself.
int64_t LiveAllocations();

// While one lives, what its thread asks for is neither counted nor refused: the test's own memory.
class OwnMemory {
 public:
  OwnMemory();
  ~OwnMemory();
  OwnMemory(const OwnMemory&) = delete;
  OwnMemory& operator=(const OwnMemory&) = delete;
};

}  // namespace hourbook

#endif  // TESTS_CALLS_ALLOCATIONS_H_
