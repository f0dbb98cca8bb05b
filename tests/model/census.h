// What a run has reached, and what of all there is it has not.
#ifndef TESTS_MODEL_CENSUS_H_
#define TESTS_MODEL_CENSUS_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/rules/machine.h"
#include "tests/model/call.h"

namespace hourbook {

// How often each kind got each answer.
using Tally = std::map<std::pair<uint16_t, Verdict>, uint64_t>;

// What happens to ledgers beside calls that succeed.
enum class Event {
  kProcess,       // begun
  kTakenIn,       // a call met entries that another process had written
  kSnapshotAged,  // one was asked after entries had come
  kCursorAged,    // likewise
  kGrowth,        // of a map
  kReopening,     // from a state that was stored
  kWholeState,    // written
  kKill,          // of a process at rest
  kKillAtWork,    // while it appended
  kWritten,       // and what it appended was there
  kRestore,       // a backup that is opened as a ledger
  kBehind,        // found when a ledger was opened
  kFork,          // found by an audit
};
inline constexpr Event kLastEvent = Event::kFork;

struct Census {
  uint64_t steps = 0;
  uint64_t compared = 0;  // statuses, outcomes and answers
  uint64_t entries = 0;   // judged
  uint64_t refused = 0;
  Tally tally;
  std::map<uint32_t, uint64_t> statuses;  // of calls
  std::array<uint64_t, static_cast<size_t>(kLastOp) + 1> ops{};      // that succeeded
  std::array<uint64_t, static_cast<size_t>(kLastWhat) + 1> asked{};  // and had an answer
  std::array<uint64_t, static_cast<size_t>(kLastEvent) + 1> events{};

  void Note(Event event) { ++events[static_cast<size_t>(event)]; }
  uint64_t Of(Event event) const { return events[static_cast<size_t>(event)]; }

  void Add(const Census& other);

  // The names of what was never reached: kinds of entries that were never accepted, verdicts, statuses of
  // calls, calls, questions, events.
  std::vector<std::string> Missing() const;

  size_t Verdicts() const;     // different ones
  std::string Rarest() const;  // of them, with how often it was given

  // How often each kind got each verdict, and every call, question and event.
  std::string Table() const;
};

// Every verdict that there is.
std::vector<Verdict> AllVerdicts();

}  // namespace hourbook

#endif  // TESTS_MODEL_CENSUS_H_
