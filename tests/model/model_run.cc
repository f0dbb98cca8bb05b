// Random towns, as many as fit the time: what ledgers say and hold in several processes, against the model.
//
// usage: model_run [--seed N] [--seconds S] [--expect-difference]
//
// Town after town from the seed on (default $HOURBOOK_SEED, or 1), for so many seconds (default 8, times
// $HOURBOOK_EFFORT). Every minute of it must reach every kind of entry, every verdict, every call,
// question and event there is (census.h), else it fails and names what was not reached; a minute that the
// machine has no time for lasts a few. Prints how often each was reached. Where something differs it prints
// the seed, the step, what differs, and the shortest script it finds that shows it, and exits with 1; with
// --expect-difference, for a ledger with a planted bug, the other way round.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/base/effort.h"
#include "tests/model/run.h"
#include "tests/model/step_generator.h"

namespace hourbook {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kEntriesATown = 700;
constexpr int kPlaysToShrink = 1'500;

// Something must be reached within a minute of a machine that has nothing else to do.
constexpr std::chrono::seconds kMinuteOfTheRun{60};
constexpr int kMostMinutes = 5;

// As long as what is checked every day may take.
constexpr uint64_t kSecondsOfACheck = 8;

struct Arguments {
  uint32_t seed = static_cast<uint32_t>(TestSeed());
  uint32_t seconds = static_cast<uint32_t>(kSecondsOfACheck * TestEffort());
  bool expect_difference = false;
};

// Exits with 2 where the arguments are wrong.
Arguments Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--expect-difference") == 0) {
      arguments.expect_difference = true;
    } else if (std::strcmp(argv[i], "--seed") == 0 && has_value &&
               absl::SimpleAtoi(argv[i + 1], &arguments.seed)) {
      ++i;
    } else if (std::strcmp(argv[i], "--seconds") == 0 && has_value &&
               absl::SimpleAtoi(argv[i + 1], &arguments.seconds)) {
      ++i;
    } else {
      std::fprintf(stderr, "usage: %s [--seed N] [--seconds S] [--expect-difference]\n", argv[0]);
      std::exit(2);
    }
  }
  return arguments;
}

// Plays one town; whether nothing differed. Says what did.
bool PlayTown(Crew& crew, uint32_t seed, bool shrinks, Census& census) {
  StepGenerator generator(seed);
  std::vector<Step> steps;
  Mismatch found;
  Census town;
  {
    Run run(crew);
    while (town.entries < kEntriesATown && found.empty()) {
      steps.push_back(generator.Next(run, town));
      found = run.Take(steps.back(), town);
    }
    if (found.empty()) found = run.CompareAll(steps.back().call.clock, town);
  }
  census.Add(town);
  if (found.empty()) return true;
  std::printf("HOURBOOK_SEED=%u, step %zu: process %u, ledger %u, %s: %s\n", seed, steps.size(),
              steps.back().process, steps.back().call.ledger,
              std::string(NameOf(steps.back().call.op)).c_str(), found.c_str());
  static_cast<void>(std::fflush(stdout));  // shrinking may take a while
  if (!shrinks) return false;
  const std::vector<Step> shortest = Shrink(crew, steps, kPlaysToShrink);
  std::printf("%s\nshown by:\n%s", Play(crew, shortest).c_str(), ToText(shortest).c_str());
  return false;
}

// Plays towns until `end`, for a minute at most, and on while something is not reached. Whether all was, and
// nothing differed.
bool PlayMinute(Crew& crew, Clock::time_point end, bool expects_difference, uint32_t& seed, Census& all) {
  const auto begun = Clock::now();
  const auto until = std::min(end, begun + kMinuteOfTheRun);
  const uint64_t processes = crew.begun();
  Census minute;
  std::vector<std::string> missing;
  bool is_sound = true;
  do {
    is_sound = PlayTown(crew, seed++, !expects_difference, minute);
    minute.events[static_cast<size_t>(Event::kProcess)] = crew.begun() - processes;
    missing = minute.Missing();
  } while (is_sound && (Clock::now() < until ||
                        (!missing.empty() && Clock::now() < begun + kMostMinutes * kMinuteOfTheRun)));
  all.Add(minute);
  if (!is_sound || expects_difference || missing.empty()) return is_sound;
  std::printf("never reached in a minute: %s\n", absl::StrJoin(missing, ", ").c_str());
  return false;
}

// What tools/torture adds up, and before it what it cannot.
void PrintSummary(const Census& all, uint64_t towns, bool is_sound) {
  const auto calls = [&](Op op) { return all.ops[static_cast<size_t>(op)]; };
  std::printf("reached: %zu of %zu verdicts, %zu kinds by verdicts, the rarest %s\n", all.Verdicts(),
              AllVerdicts().size(), all.tally.size(), all.Rarest().c_str());
  PrintCounts("model", {{"operations", all.steps},
                        {"entries", all.entries},
                        {"refusals", all.refused},
                        {"compared", all.compared},
                        {"towns", towns},
                        {"processes", all.Of(Event::kProcess)},
                        {"kills", all.Of(Event::kKill) + all.Of(Event::kKillAtWork)},
                        {"snapshots", calls(Op::kHold)},
                        {"cursors", calls(Op::kOpenCursor)},
                        {"publications", calls(Op::kPublish)},
                        {"audits", calls(Op::kAudit)},
                        {"restores", all.Of(Event::kRestore)},
                        {"growths", all.Of(Event::kGrowth)},
                        {"states", all.Of(Event::kWholeState)},
                        {"findings", is_sound ? 0 : 1}});
}

int Main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], Worker::kWorkerArgument) == 0) return ServeAsWorker();
  ::signal(SIGPIPE, SIG_IGN);  // a worker that has ended is told by its answer
  const Arguments arguments = Parse(argc, argv);
  const auto end = Clock::now() + std::chrono::seconds(arguments.seconds);
  Crew crew;
  Census all;
  uint32_t seed = arguments.seed;
  bool is_sound = true;
  do {
    is_sound = PlayMinute(crew, end, arguments.expect_difference, seed, all);
  } while (is_sound && Clock::now() < end);
  std::fputs(all.Table().c_str(), stdout);
  PrintSummary(all, seed - arguments.seed, is_sound);
  return is_sound != arguments.expect_difference ? 0 : 1;
}

}  // namespace
}  // namespace hourbook

int main(int argc, char** argv) { return hourbook::Main(argc, argv); }
