#include "bench/judge_in_memory.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "ledger/format/genesis.h"

namespace hourbook::bench {

std::vector<Outcome> JudgeAll(Machine& machine, absl::Span<const hbk_entry> entries) {
  const auto* const first = reinterpret_cast<const Entry*>(entries.data());
  std::vector<Outcome> outcomes(entries.size());
  constexpr int64_t kNow = 1'800'000'000'000'000'000;
  if (!machine.Judge({first, entries.size()}, kNow, absl::MakeSpan(outcomes)).ok()) std::abort();
  for (const Outcome& outcome : outcomes) {
    if (outcome.verdict == Verdict::kOk) continue;
    std::fprintf(stderr, "bench: an entry was refused: %s\n",
                 std::string(NameOf(outcome.verdict)).c_str());
    std::exit(1);
  }
  return outcomes;
}

void Found(Machine& machine, const Workload& workload) {
  const Genesis genesis{.origin = "bench", .time_zone = "", .utc_offset = 0, .created_at = kBenchStart};
  if (!machine.Replay(EncodeGenesis(genesis).value()).ok()) std::abort();
  JudgeAll(machine, Workload::Shared());
  JudgeAll(machine, workload.Founding());
}

}  // namespace hourbook::bench
