// The calls of this process that reach the file system, taken over: an executable that links calls.cc may
// have them fail, and may record them (recording.h).
#ifndef TESTS_CALLS_CALLS_H_
#define TESTS_CALLS_CALLS_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace hourbook {

enum class Call { kOpen, kWrite, kSync, kResize, kMakeDirectory, kLink, kRename, kRemove };
inline constexpr size_t kCalls = 8;

// Says before each call how it is to fail, without having done anything: an errno, or 0 where it is to be
// made. Asked by any thread. Null: none fails.
using CallGate = int (*)(Call call);
void SetCallGate(CallGate gate);

// Counts the calls from here on, and has those from the `first`-th to the `last`-th fail with `error`; of no
// call where first is 0.
void FailCalls(uint64_t first, uint64_t last, int error);

// How many calls there were since.
uint64_t CountedCalls();

// How many ever failed so, by Call.
std::array<uint64_t, kCalls> FailedCalls();

// A crash, as the file system sees it: from some call on nothing reaches it any more. 0: all do again.
void StopCallsAfter(uint64_t call);

}  // namespace hourbook

#endif  // TESTS_CALLS_CALLS_H_
