// Random towns, as many as fit the time: what the ledger says and holds, against the model.
//
// usage: model_run [--seed N] [--seconds S] [--expect-difference]
//
// Town after town from the seed on (default 1), for so many seconds (default 60). Prints how often
// each kind of entry got each answer, so that one which is never reached is seen. Where something
// differs it prints the seed, what differs, and the shortest script it finds that shows it, and exits
// with 1; with --expect-difference, for a ledger with a planted bug, the other way round.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/strings/numbers.h"
#include "ledger/base/check.h"
#include "tests/model/run.h"
#include "tests/model/town_generator.h"

namespace hourbook {
namespace {

constexpr size_t kEntriesATown = 700;

struct Arguments {
  uint32_t seed = 1;
  uint32_t seconds = 60;
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

Step NextStep(TownGenerator& generator, const Model& model, bool first, int64_t& now) {
  now += int64_t{generator.Below(20)} * 1'000'000'000;
  if (generator.OneIn(80)) now += kDay;
  Step step;
  step.restart = !first && generator.OneIn(60);
  step.clock = generator.OneIn(15) ? now - 3'600'000'000'000 : now;
  step.batch = first ? generator.Founding() : generator.Batch(model.log());
  return step;
}

// Plays one town; whether nothing differed. Says what did.
bool PlayTown(uint32_t seed, Tally& tally) {
  TownGenerator generator(seed);
  Run run;
  std::vector<Step> steps;
  int64_t now = kMidnight + 8 * kDay;
  Mismatch found;
  for (size_t sent = 0; sent < kEntriesATown && found.empty();) {
    steps.push_back(NextStep(generator, run.model(), sent == 0, now));
    sent += steps.back().batch.size();
    found = run.Take(steps.back(), tally);
  }
  if (found.empty()) found = run.CompareAll();
  if (found.empty()) return true;
  std::printf("seed %u: %s\n", seed, found.c_str());
  const std::vector<Step> shortest = Shrink(steps);
  std::printf("%s\nshown by:\n%s", Play(shortest).c_str(), ToText(shortest).c_str());
  return false;
}

void Print(const Tally& tally) {
  uint16_t kind = 0;
  for (const auto& [what, count] : tally) {
    if (what.first != kind) std::printf("\nkind %u:", what.first);
    kind = what.first;
    std::printf(" %s %llu", std::string(NameOf(what.second)).c_str(),
                static_cast<unsigned long long>(count));
  }
  std::printf("\n");
}

// Whether each kind of entry was accepted. Says which were not.
bool ReachedAllKinds(const Tally& tally) {
  bool all = true;
  for (auto kind = static_cast<uint16_t>(Kind::kOpen); kind <= static_cast<uint16_t>(kLastKind);
       ++kind) {
    if (tally.count({kind, Verdict::kOk}) != 0) continue;
    std::printf("kind %u was never accepted: run for longer\n", kind);
    all = false;
  }
  return all;
}

int Main(int argc, char** argv) {
  const Arguments arguments = Parse(argc, argv);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(arguments.seconds);
  Tally tally;
  uint32_t seed = arguments.seed;
  do {
    if (!PlayTown(seed, tally)) return arguments.expect_difference ? 0 : 1;
    ++seed;
  } while (std::chrono::steady_clock::now() < end);
  Print(tally);
  std::printf("%u towns: no difference\n", seed - arguments.seed);
  return !arguments.expect_difference && ReachedAllKinds(tally) ? 0 : 1;
}

}  // namespace
}  // namespace hourbook

int main(int argc, char** argv) { return hourbook::Main(argc, argv); }
