#include "ledger/base/error.h"

#include <gtest/gtest.h>

namespace hourbook {
namespace {

TEST(Error, CarriesItsFailure) {
  for (uint32_t number = 1; number <= 26; ++number) {
    const auto failure = static_cast<Failure>(number);
    const absl::Status status = Fail(failure, "what, where, what to do");
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(FailureOf(status), failure) << number;
    EXPECT_EQ(status.message(), "what, where, what to do");
  }
}

TEST(Error, StatusesOfOthersGetTheNearestFailure) {
  EXPECT_EQ(FailureOf(absl::DataLossError("")), Failure::kCorrupt);
  EXPECT_EQ(FailureOf(absl::OutOfRangeError("")), Failure::kNotFound);
  EXPECT_EQ(FailureOf(absl::UnknownError("")), Failure::kIoError);
}

}  // namespace
}  // namespace hourbook
