// What is measured by itself, with no ledger around it: an entry, and ids.
#ifndef BENCH_SAMPLES_H_
#define BENCH_SAMPLES_H_

#include <cstring>

#include "ledger/format/entry.h"

namespace hourbook::bench {

inline Entry SomeService() {
  Entry entry{};
  entry.id.fill(1);
  entry.debit.fill(2);
  entry.credit.fill(3);
  entry.ref.fill(4);
  entry.recorder.fill(5);
  entry.amount = 60;
  entry.kind = static_cast<uint16_t>(Kind::kService);
  entry.unit = static_cast<uint16_t>(Unit::kMinute);
  return entry;
}

// The same id for the same number, as random as another's: SplitMix64's output (Steele et al., Fast
// Splittable Pseudorandom Number Generators, 2014).
inline Id IdOf(uint64_t number) {
  uint64_t words[2];
  for (uint64_t i = 0; i < 2; ++i) {
    uint64_t word = (2 * number + i + 1) * 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    words[i] = word ^ (word >> 31);
  }
  Id id;
  std::memcpy(id.data(), words, sizeof(words));
  return id;
}

}  // namespace hourbook::bench

#endif  // BENCH_SAMPLES_H_
