// The state machine against the plain model, batch by batch, in a town that the bytes make: the
// same answer to each entry, the same log and balances, and a log that replays.
#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "fuzz/fuzz_input.h"
#include "fuzz/small_pages.h"
#include "ledger/format/genesis.h"
#include "tests/model/model.h"
#include "tests/model/town_generator.h"
#include "tests/rules/memory_history.h"

namespace hourbook::fuzz {
namespace {

constexpr size_t kMostEntries = 80;  // beside those that the town begins with: the model is slow

// A field of an entry becomes anything.
void Overwrite(FuzzInput& input, Entry& entry) {
  constexpr size_t kMost = 8;
  uint8_t bytes[sizeof(Entry)];
  std::memcpy(bytes, &entry, sizeof(entry));
  const size_t at = input.Below(sizeof(Entry) - kMost);
  input.TakeBytes(bytes + at, 1 + input.Below(kMost));
  std::memcpy(&entry, bytes, sizeof(entry));
}

class Pair {
 public:
  explicit Pair(const Entry& genesis) : machine_(&history_), model_(genesis) {
    FUZZ_CHECK(machine_.Replay(genesis).ok());
  }

  const std::vector<Entry>& log() const { return model_.log(); }

  void Send(const std::vector<Entry>& batch, int64_t clock) {
    std::vector<Outcome> outcomes(batch.size());
    FUZZ_CHECK(machine_.Judge(batch, clock, absl::MakeSpan(outcomes)).ok());
    const std::vector<Outcome> expected = model_.Judge(batch, clock);
    for (size_t i = 0; i < batch.size(); ++i) {
      const Outcome& said = outcomes[i];
      const Outcome& wanted = expected[i];
      if (said.verdict != wanted.verdict) {
        std::fprintf(stderr, "kind %u: the machine says %u, the model %u\n", batch[i].kind,
                     static_cast<unsigned>(said.verdict), static_cast<unsigned>(wanted.verdict));
      }
      FUZZ_CHECK(said.verdict == wanted.verdict);
      FUZZ_CHECK(said.index == wanted.index && said.recorded_at == wanted.recorded_at);
      FUZZ_CHECK(said.debit == wanted.debit && said.credit == wanted.credit);
    }
    FUZZ_CHECK(history_.entries() == model_.log());
  }

  void CheckBalances() const {
    const Accounts& accounts = machine_.state().accounts;
    for (Slot i = 0; i < accounts.accounts().size(); ++i) {
      const Account& account = accounts.account(i);
      const Id& party = accounts.party(account.party).id;
      FUZZ_CHECK(account.balance == model_.BalanceOf(party, static_cast<Unit>(account.unit)));
    }
  }

  void CheckReplay() const {
    MemoryHistory again;
    Machine replayed(&again);
    for (const Entry& entry : model_.log()) FUZZ_CHECK(replayed.Replay(entry).ok());
    FUZZ_CHECK(again.entries() == model_.log());
  }

 private:
  MemoryHistory history_;
  Machine machine_;
  Model model_;
};

void Run(FuzzInput input) {
  TownGenerator town([&input] { return uint32_t{input.Take<uint16_t>()}; });
  const uint32_t form = input.Below(4);
  const Id authority = form == 0 ? TownGenerator::FirstAuthority() : kNoId;
  Pair pair(*EncodeGenesis({"fuzz", "", kShanghai, kMidnight, authority}));
  int64_t now = kMidnight + 8 * kDay;
  pair.Send(town.Founding(), now);
  for (size_t sent = 0; sent < kMostEntries && !input.empty();) {
    std::vector<Entry> batch = town.Batch(pair.log());
    if (input.Below(8) == 0) Overwrite(input, batch[input.Below(256) % batch.size()]);
    const uint32_t wait = input.Below(256);
    now += wait < 248 ? int64_t{wait % 20} * 1'000'000'000 : kDay;
    const int64_t clock = wait == 247 ? now - 60 * kMinute : now;
    pair.Send(batch, clock);
    sent += batch.size();
  }
  pair.CheckBalances();
  if (form < 2) pair.CheckReplay();
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::Run(hourbook::fuzz::FuzzInput(data, size));
  return 0;
}
