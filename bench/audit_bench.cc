// What an auditor waits for: the chain and tree of a publication checked, every rule replayed, a proof
// made; and the operator: publishing, and verifying the ledger itself, which takes one thread. All from
// memory (page cache, tmpfs), the audits on two cores, and in the same run SHA-256 by OpenSSL alone over
// the same bytes, which no audit can be faster than.
//
// HOURBOOK_BENCH_DIR says where (default: in memory), HOURBOOK_BENCH_ACCOUNTS with how many volunteers
// (default: a hundred thousand), HOURBOOK_BENCH_ENTRIES how many entries beside those that open their
// accounts (default: a million).
#include <malloc.h>
#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>

#include "bench/bench_dir.h"
#include "bench/must.h"
#include "bench/own_memory.h"
#include "bench/result.h"
#include "bench/settings.h"
#include "bench/workload.h"
#include "benchmark/benchmark.h"
#include "ledger/audit/auditor.h"
#include "ledger/audit/publisher.h"
#include "ledger/engine/snapshot.h"
#include "ledger/engine/verify.h"

namespace hourbook::bench {
namespace {

constexpr unsigned kThreads = 2;
constexpr size_t kLeafMessage = 1 + 32 + 192;
constexpr size_t kNodeMessage = 1 + 32 + 32;

uint64_t Accounts() { return FromEnvironment("HOURBOOK_BENCH_ACCOUNTS", 100, 100'000); }
uint64_t Entries() { return FromEnvironment("HOURBOOK_BENCH_ENTRIES", 2'000, 1'000'000); }

bool Always(uint64_t, uint64_t) { return true; }

// A ledger of Entries() and its publication, made once for all benchmarks.
class Town {
 public:
  static Town& Get() {
    static Town town;
    return town;
  }

  Ledger& ledger() { return *ledger_; }
  const Signer& signer() const { return signer_; }
  std::string site() const { return directory_ / "site"; }
  std::string scratch() const { return directory_ / ""; }
  uint64_t size() const { return size_; }

 private:
  Town()
      : signer_(Must(Signer::Generate("bench.example/hours", SignatureType::kEd25519))) {
    ledger_ = Must(Ledger::Create(directory_ / "ledger",
                                  {.origin = "bench.example/hours",
                                   .time_zone = "UTC",
                                   .utc_offset = 0,
                                   .created_at = kBenchStart},
                                  {.clock = [] { return kBenchNow; }}));
    Workload workload(Accounts(), /*random_ids=*/true, Mix::kGrants);
    Append(Workload::Shared());
    Append(workload.Founding());
    std::vector<hbk_entry> batch(HBK_BATCH_MAX);
    for (uint64_t left = Entries(); left > 0; left -= batch.size()) {
      batch.resize(std::min<uint64_t>(left, batch.size()));
      workload.Fill(batch);
      Append(batch);
    }
    size_ = Must(ledger_->OpenSnapshot())->size();
    Must(Publish(*ledger_, signer_, site(), Always).status());
  }

  void Append(const std::vector<hbk_entry>& entries) {
    const auto* const first = reinterpret_cast<const Entry*>(entries.data());
    std::vector<Outcome> outcomes(entries.size());
    for (size_t i = 0; i < entries.size(); i += Ledger::kBatchMax) {
      const size_t count = std::min(Ledger::kBatchMax, entries.size() - i);
      Must(ledger_->Append(absl::MakeConstSpan(first + i, count), absl::InfiniteFuture(),
                           absl::MakeSpan(outcomes).subspan(i, count)));
    }
    for (const Outcome& outcome : outcomes) {
      if (outcome.verdict != Verdict::kOk) Must(absl::InternalError(NameOf(outcome.verdict)));
    }
  }

  const BenchDir directory_;
  Signer signer_;
  std::unique_ptr<Ledger> ledger_;
  uint64_t size_ = 0;
};

// As many leaf and node messages as the log's tree has, hashed by threads that share nothing.
void HashMessages(uint64_t count) {
  EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  uint8_t message[kLeafMessage] = {};
  uint8_t hash[32];
  for (uint64_t i = 0; i < count; ++i) {
    for (const size_t size : {kLeafMessage, kNodeMessage}) {
      EVP_DigestInit_ex2(context, sha256, nullptr);
      EVP_DigestUpdate(context, message, size);
      EVP_DigestFinal_ex(context, hash, nullptr);
      message[0] = hash[0];
    }
  }
  Result::Add(hash);
  EVP_MD_CTX_free(context);
  EVP_MD_free(sha256);
}

void BM_OpensslAlone(benchmark::State& state) {
  const uint64_t size = Town::Get().size();
  for (auto _ : state) {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back(HashMessages, size / kThreads);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(size));
}

void BM_Audit(benchmark::State& state, bool replay) {
  Town& town = Town::Get();
  const PublishedDirectory publication(town.site());
  malloc_trim(0);
  const uint64_t before = OwnMemory();
  uint64_t most = before;
  const auto watch = [&](uint64_t, uint64_t) {
    most = std::max(most, OwnMemory());
    return true;
  };
  for (auto _ : state) {
    AuditReport report;
    Must(Audit(publication,
               {.log = town.signer().verifier(),
                .policy = std::nullopt,
                .state_file = "",
                .scratch_directory = town.scratch(),
                .threads = kThreads,
                .replay = replay},
               watch, report));
    Result::Add(report.checkpoint.root);
  }
  state.counters["own_memory"] = static_cast<double>(most - before);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(town.size()));
}

void BM_Verify(benchmark::State& state) {
  Town& town = Town::Get();
  const std::unique_ptr<Snapshot> snapshot = Must(town.ledger().OpenSnapshot());
  for (auto _ : state) Must(Verify(*snapshot, Always));
  Result::Add(snapshot->root());
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(town.size()));
}

void BM_ProveInclusion(benchmark::State& state) {
  Town& town = Town::Get();
  const std::unique_ptr<Snapshot> snapshot = Must(town.ledger().OpenSnapshot());
  uint64_t index = 0;
  std::vector<Hash> proof;
  for (auto _ : state) {
    index = (index + 7'919) % town.size();
    proof = Must(snapshot->ProveInclusion(index, town.size()));
  }
  for (const Hash& hash : proof) Result::Add(hash);
  state.counters["log"] = static_cast<double>(town.size());
}

void BM_Publish(benchmark::State& state) {
  Town& town = Town::Get();
  for (auto _ : state) {
    const BenchDir directory;
    Result::Add(Must(Publish(town.ledger(), town.signer(), directory / "site", Always)).root);
    state.PauseTiming();  // the directory is removed
    std::filesystem::remove_all(directory / "site");
    Must(town.ledger().ForgetPublication());
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(town.size()));
}

// Five times in turn, so that what is compared ran side by side.
int Register() {
  for (int round = 0; round < (IsSmokeRun() ? 1 : 5); ++round) {
    for (benchmark::internal::Benchmark* const bench :
         {benchmark::RegisterBenchmark("openssl_sha256_alone", BM_OpensslAlone),
          benchmark::RegisterBenchmark("audit_chain_and_tree", BM_Audit, false),
          benchmark::RegisterBenchmark("audit_full", BM_Audit, true),
          benchmark::RegisterBenchmark("publish", BM_Publish),
          benchmark::RegisterBenchmark("verify", BM_Verify)}) {
      bench->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::RegisterBenchmark("prove_inclusion", BM_ProveInclusion)->Unit(benchmark::kMicrosecond);
  return 0;
}

const int registered = Register();

}  // namespace
}  // namespace hourbook::bench
