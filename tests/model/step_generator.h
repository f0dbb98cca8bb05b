// What is done next in a town, chosen from how things stand: which process does it to which ledger, and what.
#ifndef TESTS_MODEL_STEP_GENERATOR_H_
#define TESTS_MODEL_STEP_GENERATOR_H_

#include <cstdint>
#include <initializer_list>
#include <iterator>

#include "tests/model/run.h"
#include "tests/model/town_generator.h"

namespace hourbook {

// One seed makes one town, whatever was reached before it.
class StepGenerator {
 public:
  explicit StepGenerator(uint32_t seed) : town_(seed) {}

  // `census`: of this town up to now.
  Step Next(const Run& run, const Census& census);

 private:
  uint32_t Below(uint32_t bound) { return town_.Below(bound); }
  bool OneIn(uint32_t chances) { return town_.OneIn(chances); }
  template <class T>
  T Pick(std::initializer_list<T> choices) {
    return *(choices.begin() + Below(static_cast<uint32_t>(choices.size())));
  }

  // A key of one that is not empty.
  template <class Map>
  uint32_t AnyOf(const Map& map) {
    return std::next(map.begin(), Below(static_cast<uint32_t>(map.size())))->first;
  }

  void Tick();
  Step StepOf(Op op) const;
  Step Open(uint64_t opening);
  void ChooseOp(const Run& run, const Census& census, Step& step);
  void FillAppend(const Branch& branch, const Census& census, Call& call);
  void FillAsk(const Branch& branch, const AtProcess& at, Call& call);
  void FillCursor(const Branch& branch, const AtProcess& at, Call& call);
  void FillTrial(const Branch& branch, const Census& census, Call& call);
  Question NextQuestion(const Branch& branch);
  Question QuestionOf(What what, const Branch& branch);
  uint64_t Number(uint64_t end);
  Id Party(const std::vector<Entry>& log);
  Filter NextFilter(const std::vector<Entry>& log);

  TownGenerator town_;
  int64_t now_ = kMidnight + 8 * kDay;
  uint32_t process_ = 0;
  uint32_t ledger_ = 0;
};

}  // namespace hourbook

#endif  // TESTS_MODEL_STEP_GENERATOR_H_
