#include "bench/judge_in_memory.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/types/span.h"
#include "bench/must.h"
#include "ledger/format/genesis.h"

namespace hourbook::bench {

void JudgeAll(Machine& machine, std::span<const hbk_entry> entries, std::vector<Outcome>& outcomes) {
  const auto* const first = reinterpret_cast<const Entry*>(entries.data());
  if (outcomes.size() < entries.size()) outcomes.resize(entries.size());
  const absl::Span<Outcome> mine = absl::MakeSpan(outcomes).first(entries.size());
  Must(machine.Judge({first, entries.size()}, kBenchNow, mine));
  for (const Outcome& outcome : mine) {
    if (outcome.verdict == Verdict::kOk) continue;
    std::fprintf(stderr, "bench: an entry was refused: %s\n",
                 std::string(NameOf(outcome.verdict)).c_str());
    std::exit(1);
  }
}

void Found(Machine& machine, const Workload& workload) {
  const Genesis genesis{.origin = "bench", .time_zone = "", .utc_offset = 0, .created_at = kBenchStart};
  std::vector<Outcome> outcomes;
  Must(machine.Replay(Must(EncodeGenesis(genesis))));
  JudgeAll(machine, Workload::Shared(), outcomes);
  JudgeAll(machine, workload.Founding(), outcomes);
}

}  // namespace hourbook::bench
