#include "ledger/store/id_filter.h"

#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "tests/calls/refuse_each.h"

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
  IdDirectory ids = DirectoryOf(++changes);
  const Refusals refusals = RefuseEach([&] { filters.Keep(ids); }, [&](uint64_t allocation) {
    for (uint64_t run = 1; run <= kRuns; ++run) {
      ASSERT_NE(filters.Get(run, 1), nullptr) << "run " << run << " after allocation " << allocation;
    }
    ids = DirectoryOf(++changes);
  });
  EXPECT_GT(refusals.refused, 3u);
}

// What was not kept because memory had ended is kept when the same directory is seen again.
TEST(IdFiltersTest, AKeepThatFailedIsMadeUpFor) {
  const IdDirectory ids = DirectoryOf(1);
  auto filters = std::make_unique<IdFilters>();
  RefuseEach([&] { filters->Keep(ids); }, [&](uint64_t allocation) {
    filters->Keep(ids);
    std::shared_ptr<IdFilter> filter = filters->New(1);
    filter->Add(1);
    filters->Put(1, std::move(filter));
    ASSERT_NE(filters->Get(1, 1), nullptr) << "after allocation " << allocation;
    filters = std::make_unique<IdFilters>();
  });
}

}  // namespace
}  // namespace hourbook
