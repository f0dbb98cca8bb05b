// The calls of this process that map memory or start threads, taken over: an executable that links
// mappings.cc may have them fail. Linked as an object, like calls.cc.
#ifndef TESTS_CALLS_MAPPINGS_H_
#define TESTS_CALLS_MAPPINGS_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace hourbook {

enum class Mapping { kMap, kUnmap, kRemap, kSync, kAdvise, kThread };
inline constexpr size_t kMappings = 6;

// Counts the calls from here on, and has those from the `first`-th to the `last`-th fail as they do where the
// system has no more to give; of no call where first is 0.
void FailMappings(uint64_t first, uint64_t last);

// How many there were since.
uint64_t CountedMappings();

// How many ever failed so, by Mapping.
std::array<uint64_t, kMappings> FailedMappings();

}  // namespace hourbook

#endif  // TESTS_CALLS_MAPPINGS_H_
