// Goes through what a power failure could leave of what a program did, state by state.
#ifndef TESTS_CRASH_EXPLORE_H_
#define TESTS_CRASH_EXPLORE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/calls/recording.h"

namespace hourbook::crash {

struct Effort {
  uint64_t seed = 1;
  // At each call, so many mixtures of what is not synced beside those that are always tried: nothing of it,
  // all of it, and each change alone there, missing or torn.
  int mixtures = 4;
  // Of the changes that are tried alone, so many at most at each call, chosen anew.
  size_t most_alone = 8;
  // One that is torn ends or begins at so many of its sectors at most, and of its pages, chosen anew.
  size_t most_parts = 1;
  bool ends_at_unsound = false;  // the first state that is unsound is enough
};

struct Explored {
  uint64_t calls = 0;
  uint64_t states = 0;  // that differ
  uint64_t unsound = 0;
  std::string first;  // what is wrong with the first of them
};

// The seed and the effort that the environment asks for (tests/base/effort.h), of those that are given. With
// more than the least, a change is torn at every sector and page of it.
Effort Given(Effort effort);

// What a program that leaves out one kind of sync would have done: what it writes is written all the same.
std::vector<Op> Without(Op::Kind sync, std::vector<Op> ops);

// Puts each state that differs from those before into the directory, in place of what it holds, and has it
// checked, with the largest number that was promised before the power failed; 0 for none. The directory is
// best the one that was recorded, whose path may be in its files. Prints how many there were, unless it was
// to end at one.
using Check = std::function<absl::Status(uint64_t promised)>;
Explored Explore(const std::vector<Op>& ops, const std::string& directory, const Effort& effort, const Check& check);

}  // namespace hourbook::crash

#endif  // TESTS_CRASH_EXPLORE_H_
