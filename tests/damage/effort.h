// How much a test tries, from the environment: what it draws by chance is drawn from HOURBOOK_SEED, and of
// what it leaves out in its short form it does HOURBOOK_EFFORT times as much, at most all.
#ifndef TESTS_DAMAGE_EFFORT_H_
#define TESTS_DAMAGE_EFFORT_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace hourbook::damage {

inline uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given == nullptr ? otherwise : std::max<uint64_t>(1, std::strtoull(given, nullptr, 10));
}

inline uint64_t Seed() { return FromEnvironment("HOURBOOK_SEED", 1); }
inline uint64_t Effort() { return FromEnvironment("HOURBOOK_EFFORT", 1); }

// For the failure message of whatever depends on them.
inline std::string EffortText() {
  return "HOURBOOK_SEED=" + std::to_string(Seed()) + " HOURBOOK_EFFORT=" + std::to_string(Effort());
}

// One of so many in the short form, another one with each seed; all of them with an effort of as many.
class Every {
 public:
  explicit Every(uint64_t stride) : stride_(std::max<uint64_t>(1, stride / Effort())), next_(Seed() % stride_) {}

  bool Take() { return next_++ % stride_ == 0; }

 private:
  const uint64_t stride_;
  uint64_t next_;
};

}  // namespace hourbook::damage

#endif  // TESTS_DAMAGE_EFFORT_H_
