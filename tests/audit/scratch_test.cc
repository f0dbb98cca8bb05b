#include "ledger/audit/scratch.h"

#include "ledger/base/error.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

TEST(ScratchTest, RoomThatCannotBeHadIsToldAndNothingIsFilled) {
  TempDir temp;
  EXPECT_EQ(FailureOf(Scratch::Make(temp / "none", 1'000'000).status()), Failure::kNotFound);
  EXPECT_EQ(FailureOf(Scratch::Make(temp / "", uint64_t{1} << 38).status()), Failure::kDiskFull);
  EXPECT_EQ(FailureOf(Scratch::Make(temp / "", uint64_t{1} << 40).status()),
            Failure::kInvalidArgument);
  EXPECT_EQ(FailureOf(Scratch::Make(temp / "", 0).status()), Failure::kInvalidArgument);
}

TEST(ScratchTest, FindsEachIdThatWasAddedAndNoOther) {
  TempDir temp;
  // At size 1 there was once no empty slot, and a search for another id never ended.
  for (const uint64_t size : {uint64_t{1}, uint64_t{1'000}, uint64_t{100'000}}) {
    absl::StatusOr<Scratch> scratch = Scratch::Make(temp / "", size);
    ASSERT_TRUE(scratch.ok()) << scratch.status();
    for (uint64_t i = 0; i < size; ++i) scratch->Entries(i, 1)[0].id = MakeId('i', i);
    for (uint64_t i = 0; i < size; ++i) {
      ASSERT_EQ(scratch->Find(MakeId('i', i)), std::nullopt);
      scratch->AddId(i);
      ASSERT_EQ(scratch->Find(MakeId('i', i)), i);
    }
    for (uint64_t i = 0; i < size; ++i) ASSERT_EQ(scratch->Find(MakeId('i', i)), i);
    EXPECT_EQ(scratch->Find(MakeId('i', size)), std::nullopt);
  }
}

}  // namespace
}  // namespace hourbook
