#include "ledger/store/id_filter.h"

#include <memory>
#include <new>
#include <utility>

#include "gtest/gtest.h"
#include "tests/calls/allocations.h"

namespace hourbook {
namespace {

constexpr uint64_t kRuns = 20;

IdDirectory DirectoryOf(uint64_t changes) {
  IdDirectory ids{};
  ids.changes = changes;
  for (uint64_t number = 1; number <= kRuns; ++number) {
    ids.runs[ids.run_count++] = {.number = number, .level = 0, .pairs = 1};
  }
  return ids;
}

TEST(IdFiltersTest, NoneIsLostWhereMemoryEnds) {
  IdFilters filters;
  uint64_t changes = 1;
  filters.Keep(DirectoryOf(changes));
  for (uint64_t run = 1; run <= kRuns; ++run) {
    std::shared_ptr<IdFilter> filter = filters.New(1);
    filter->Add(run);
    filters.Put(run, std::move(filter));
  }
  uint64_t refused = 0;
  for (bool is_reached = true; is_reached; ++refused) {
    const IdDirectory ids = DirectoryOf(++changes);
    FailAllocations(refused + 1, refused + 1);
    try {
      filters.Keep(ids);
    } catch (const std::bad_alloc&) {
    }
    is_reached = CountedAllocations() > refused;
    FailAllocations(0, 0);
    for (uint64_t run = 1; run <= kRuns; ++run) {
      ASSERT_NE(filters.Get(run, 1), nullptr) << "run " << run << " after allocation " << refused + 1;
    }
  }
  EXPECT_GT(refused, 3u);
}

// What was not kept because memory had ended is kept when the same directory is seen again.
TEST(IdFiltersTest, AKeepThatFailedIsMadeUpFor) {
  const IdDirectory ids = DirectoryOf(1);
  uint64_t refused = 0;
  for (bool is_reached = true; is_reached; ++refused) {
    IdFilters filters;
    FailAllocations(refused + 1, refused + 1);
    try {
      filters.Keep(ids);
    } catch (const std::bad_alloc&) {
    }
    is_reached = CountedAllocations() > refused;
    FailAllocations(0, 0);
    filters.Keep(ids);
    std::shared_ptr<IdFilter> filter = filters.New(1);
    filter->Add(1);
    filters.Put(1, std::move(filter));
    ASSERT_NE(filters.Get(1, 1), nullptr) << "after allocation " << refused + 1;
  }
}

}  // namespace
}  // namespace hourbook
