// Hourbook, SQLite, PostgreSQL, and the floors raw LMDB and a raw file, side by side: the same town, the
// same entries, every batch durable before it is answered, in turns within one run. bench/peers/run
// starts a PostgreSQL server for it and says what has to be there.
//
// The ledgers among them check ids, balances and amounts and keep the whole entry (Peer, Verdict). The
// peers know no more: Hourbook's other rules, hashes, tree and statements have no counterpart in them,
// which is in their favour.
//
// HOURBOOK_BENCH_DIR says where, HOURBOOK_BENCH_ACCOUNTS with how many volunteers (default: a million),
// HOURBOOK_BENCH_ENTRIES how many entries for each size of batch (default: a million; a fiftieth at 1).
// HOURBOOK_PEERS_POSTGRES is how libpq finds the server: PostgreSQL is left out where it is not set.
// HOURBOOK_PEERS_CACHE_MB: memory for SQLite's cache (default: 1024). HOURBOOK_PEERS_ROUNDS: 5.
// HOURBOOK_PEERS_TRACE: a file to tell of each batch (Contest).
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "bench/bench_dir.h"
#include "bench/peers/contest.h"
#include "bench/peers/hourbook_peer.h"
#include "bench/peers/postgres_peer.h"
#include "bench/peers/raw_peers.h"
#include "bench/peers/report.h"
#include "bench/peers/sqlite_peer.h"
#include "bench/result.h"
#include "bench/settings.h"

namespace hourbook::bench {

void Fail(std::string_view who, std::string_view what) {
  std::fprintf(stderr, "peers_bench: %.*s: %.*s\n", static_cast<int>(who.size()), who.data(),
               static_cast<int>(what.size()), what.data());
  std::exit(1);
}

namespace {

// How many batches of a size each round has.
struct Leg {
  size_t size;
  size_t batches;
  std::vector<Measured> measured;
};

std::vector<Leg> PlanLegs(uint64_t entries, uint64_t rounds) {
  std::vector<Leg> legs;
  for (const size_t size : {1, 100, 1'000, 8'192}) {
    const uint64_t all = size == 1 ? entries / 50 : entries;
    legs.push_back({size, std::max<size_t>(1, all / rounds / size), {}});
  }
  return legs;
}

std::vector<Contender> Enter(const BenchDir& dir, const Town& town, uint64_t entries) {
  std::vector<Contender> contenders;
  contenders.push_back({"hourbook", OpenHourbook(dir / "hourbook", town)});
  contenders.push_back({"sqlite", OpenSqlite(dir / "sqlite", town.Accounts(),
                                             FromEnvironment("HOURBOOK_PEERS_CACHE_MB", 64, 1'024))});
  if (const char* const connection = std::getenv("HOURBOOK_PEERS_POSTGRES")) {
    contenders.push_back({"postgres", OpenPostgres(connection, town.Accounts(), entries)});
  } else {
    std::puts("PostgreSQL IS LEFT OUT: HOURBOOK_PEERS_POSTGRES is not set; bench/peers/run sets it.");
  }
  contenders.push_back({"raw_lmdb", OpenRawLmdb(dir / "raw_lmdb")});
  contenders.push_back({"raw_file", OpenRawFile(dir / "raw_file", entries * sizeof(hbk_entry))});
  for (const Contender& contender : contenders) {
    std::printf("%s: %s\n", contender.name.c_str(), contender.peer->Settings().c_str());
  }
  return contenders;
}

std::FILE* OpenTrace() {
  const char* const path = std::getenv("HOURBOOK_PEERS_TRACE");
  if (path == nullptr) return nullptr;
  std::FILE* const file = std::fopen(path, "w");
  if (file == nullptr) Fail(path, "cannot be written");
  return file;
}

void Run() {
  const uint64_t volunteers = FromEnvironment("HOURBOOK_BENCH_ACCOUNTS", 200, 1'000'000);
  const uint64_t rounds = FromEnvironment("HOURBOOK_PEERS_ROUNDS", 2, 5);
  std::vector<Leg> legs = PlanLegs(FromEnvironment("HOURBOOK_BENCH_ENTRIES", 2'000, 1'000'000), rounds);
  uint64_t entries = 0;
  for (const Leg& leg : legs) entries += leg.size * leg.batches * rounds;

  const BenchDir dir;
  const int at = ::open((dir / ".").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  std::FILE* const trace = OpenTrace();
  PrintMachine(dir.FileSystem());
  Town town(volunteers);
  std::vector<Contender> contenders = Enter(dir, town, entries);
  std::printf("%llu volunteers; %llu entries, with random ids\n", static_cast<unsigned long long>(volunteers),
              static_cast<unsigned long long>(entries));
  std::puts("SQLite and PostgreSQL check ids, amounts and balances; Hourbook every rule, and it hashes: the\n"
            "comparison is in their favour. The raw ones check nothing.");
  std::fflush(stdout);

  Contest contest(town, contenders, [at] { ::syncfs(at); }, trace);
  for (Leg& leg : legs) leg.measured.resize(contenders.size());
  for (uint64_t i = 0; i < rounds; ++i) {
    for (Leg& leg : legs) contest.Round(leg.size, leg.batches, leg.measured);
  }
  contest.CheckLedgers();

  std::vector<std::string> names;
  for (const Contender& contender : contenders) names.push_back(contender.name);
  for (const Leg& leg : legs) PrintTable(leg.size, names, leg.measured);
  std::puts("\nEvery ledger judged the same and holds the same balances: the result is theirs.");
  if (trace != nullptr) std::fclose(trace);
  ::close(at);
}

}  // namespace
}  // namespace hourbook::bench

int main() {
  hourbook::bench::Run();
  hourbook::bench::Result::Tell();
  return 0;
}
