#include "tests/api/scenes.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <system_error>
#include <thread>

#include "absl/cleanup/cleanup.h"
#include "api/internal.h"
#include "ledger/engine/state_parts.h"
#include "tests/api/child.h"
#include "tests/base/effort.h"
#include "tests/calls/allocations.h"

namespace hourbook {
namespace {

constexpr uint64_t kVolunteers = 3;

// What the process was at when it ended, should it.
char at[160] = "";

void TellWhere(int signal) {
  const ssize_t ignored = ::write(STDERR_FILENO, at, std::strlen(at));
  static_cast<void>(ignored);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

// OpenSSL's memory, counted apart: it keeps errors for each thread, and 3.0 itself loses a key where memory
// ends in EVP_DigestVerifyInit or EVP_DigestSignInit.
std::atomic<int64_t> openssl_blocks{0};
constexpr int64_t kMostLostByOpenssl = 3;

void* OpensslMalloc(size_t size, const char*, int) {
  void* const memory = std::malloc(size);
  openssl_blocks += memory != nullptr;
  return memory;
}
void* OpensslRealloc(void* memory, size_t size, const char*, int) {
  void* const moved = std::realloc(memory, size);
  openssl_blocks += memory == nullptr && moved != nullptr;
  return moved;
}
void OpensslFree(void* memory, const char*, int) {
  openssl_blocks -= memory != nullptr;
  std::free(memory);
}

// Before OpenSSL asks for any.
const int counts_openssl = CRYPTO_set_mem_functions(OpensslMalloc, OpensslRealloc, OpensslFree);

// Blocks that the process has, but for OpenSSL's and those of closed handles, which it is to remember.
int64_t OwnedBlocks() {
  const size_t remembered = capi::LedgerHandles::remembered() + capi::SnapshotHandles::remembered() +
                            capi::CursorHandles::remembered() + capi::TrialHandles::remembered() +
                            capi::KeyHandles::remembered();
  const int64_t live = LiveAllocations();
  return live == 0 ? 0 : live - openssl_blocks - static_cast<int64_t>(remembered);
}

// From which fault on, by what steps.
struct Steps {
  uint64_t first, stride;
};

// Under a sanitizer a run takes ten times as long: the short form leaves out more. It counts blocks itself,
// so that what is made once in a process does not matter.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint64_t kOfMany = 23, kOfFew = 13;
constexpr int kWarmUps = 0;
#else
constexpr uint64_t kOfMany = 1, kOfFew = 1;
constexpr int kWarmUps = 2;
#endif

Steps StepsOf(const Scene& scene, const Refuser& refuser) {
  if (scene.stride == 0) return {1, 1};
  if (!IsLongForm()) return {1, refuser.are_many ? scene.stride * kOfMany : kOfFew};
  return {std::max<uint64_t>(NumberFromEnvironment("HOURBOOK_FAULTS", 1), 1), 1};
}

std::vector<Entry> PastDays() {
  std::vector<Entry> entries = Founding(kVolunteers);
  for (uint64_t i = 0; i < 20; ++i) entries.push_back(Service(i, i % kVolunteers));
  for (uint64_t i = 0; i < kVolunteers; ++i) entries.push_back(Grant(i, i, 100));
  entries.push_back(Redeem(1, 1, 5, true));
  return entries;
}

Entry Post(uint64_t number) {
  Entry entry{};
  entry.id = MakeId('o', number);
  entry.ref = MakeId('r', number);
  entry.amount = 5;
  entry.occurred_at = kStart;
  entry.kind = static_cast<uint16_t>(Kind::kPost);
  return entry;
}

// One of each sort, each by itself.
std::vector<Entry> OneDay() {
  return {Service(100, 0), Grant(100, 1, 10), Redeem(100, 1, 5, true), Redeem(101, 1, 5),
          Open(Volunteer(50), PartyKind::kVolunteer),
          PolicyEntry(50, Topic::kTariff, kProgramme, 2, 20)};
}

// Chains: one that stands, and one that falls at its end.
std::vector<Entry> Chains() {
  std::vector<Entry> chain = {Service(110, 0), Grant(110, 0, 10), Redeem(110, 0, 5, true)};
  for (size_t i = 0; i + 1 < chain.size(); ++i) chain[i].flags |= kFlagLinked;
  return chain;
}

std::vector<Entry> FallingChain() {
  std::vector<Entry> chain = {Service(120, 1), Open(Volunteer(60), PartyKind::kVolunteer),
                              Redeem(120, 1, 1'000'000)};
  for (size_t i = 0; i + 1 < chain.size(); ++i) chain[i].flags |= kFlagLinked;
  return chain;
}

std::vector<Entry> Grants(uint64_t first, size_t count) {
  std::vector<Entry> entries;
  for (size_t i = 0; i < count; ++i) entries.push_back(Grant(first + i, i % kVolunteers, 1));
  return entries;
}

// The town on disk: closed, or as a process left it that was killed. Made once.
class Base {
 public:
  static const Base& Get() {
    static const Base base;
    return base;
  }

  std::string directory() const { return temp_ / "town"; }
  hbk_key* key() const { return key_; }
  const std::string& vkey() const { return vkey_; }

 private:
  Base() {
    std::filesystem::create_directory(directory());
    hbk_error error = HBK_ERROR_INIT;
    hbk_ledger* ledger = nullptr;
    EXPECT_EQ(Found(directory() + "/ledger", &ledger, &error), HBK_OK) << error.message;
    EXPECT_EQ(AppendAll(ledger, PastDays()), HBK_OK);
    EXPECT_EQ(hbk_key_generate(kOrigin, HBK_KEY_LOG, &key_, nullptr), HBK_OK);
    std::array<char, 256> vkey;
    size_t length = 0;
    EXPECT_EQ(hbk_key_vkey(key_, vkey.data(), vkey.size(), &length, nullptr), HBK_OK);
    vkey_ = vkey.data();
    EXPECT_EQ(hbk_publish(ledger, key_, (directory() + "/site").c_str(), nullptr, nullptr, nullptr, &error),
              HBK_OK)
        << error.message;
    EXPECT_EQ(AppendAll(ledger, {Post(1)}), HBK_OK);  // not published
    hbk_close(ledger);
    StoreState();
  }
  ~Base() { hbk_key_close(key_); }

  // With holds in it, as it is after many more entries. The C API has no way to ask for it sooner.
  void StoreState() {
    LedgerOptions options;
    options.state_period = 1;
    const auto ledger = OpenTown(directory() + "/ledger", options);
    for (uint64_t i = 2; i < 6; ++i) SendOk(*ledger, {Redeem(i, 2, 1, true)});
    const auto state = ReadState(SnapshotOf(*ledger)->txn());
    EXPECT_TRUE(state.ok()) << state.status();
    EXPECT_GT(state->holds.open(), 0u);
  }

  TempDir temp_{TempDir::MemoryBase()};
  hbk_key* key_ = nullptr;
  std::string vkey_;
};

}  // namespace

World::World() : directory(temp / "ledger"), site(temp / "site") {
  std::filesystem::copy(Base::Get().directory(), temp / "", std::filesystem::copy_options::recursive);
  key = Base::Get().key();
  vkey = Base::Get().vkey();
}

hbk_status World::Note(hbk_status status, const char* call) {
  if (status == HBK_OK) return status;
  const OwnMemory own;
  const std::lock_guard guard(lock);
  EXPECT_TRUE(fits(status) || status == HBK_POISONED) << call << ": " << hbk_status_name(status);
  ++answers[status];
  return status;
}

void World::Acknowledge(const std::vector<Entry>& entries) {
  const OwnMemory own;
  const std::lock_guard guard(lock);
  acknowledged.insert(acknowledged.end(), entries.begin(), entries.end());
}

bool IsLongForm() { return TestEffort() > 1 || std::getenv("HOURBOOK_FAULTS") != nullptr; }

bool TriesEachCall() {
  return (kOfFew == 1 || TestEffort() > 1) && std::getenv("HOURBOOK_FAULTS") == nullptr;
}

void PrintTo(const Scene& scene, std::ostream* out) { *out << scene.name; }

namespace {

hbk_status TryAppend(World& world, const std::vector<Entry>& entries, hbk_ledger* ledger) {
  std::array<hbk_result, 2'048> results;
  const auto count = static_cast<uint32_t>(entries.size());
  const hbk_status appended =
      hbk_append(ledger, reinterpret_cast<const hbk_entry*>(entries.data()), count, HBK_FOREVER,
                 results.data(), nullptr);
  if (world.Note(appended, "append") != HBK_OK) return appended;
  for (uint32_t i = 0; i < count; ++i) {
    const hbk_status verdict = results[i].status;
    if (verdict != HBK_OK && verdict != HBK_EXISTS) return appended;
  }
  world.Acknowledge(entries);
  return appended;
}

// Each of what is sent by itself.
void AppendSingles(World& world) {
  for (size_t i = 0; i < world.sent.size(); ++i) {
    hbk_result result;
    const auto* const entry = reinterpret_cast<const hbk_entry*>(&world.sent[i]);
    const hbk_status status = hbk_append(world.ledger, entry, 1, HBK_FOREVER, &result, nullptr);
    if (world.Note(status, "append") != HBK_OK) continue;
    const OwnMemory own;
    EXPECT_EQ(result.status, HBK_OK) << i << ": " << hbk_status_name(result.status);
    world.Acknowledge({world.sent[i]});
  }
}

void AppendChains(World& world) {
  TryAppend(world, world.sent, world.ledger);
  std::array<hbk_result, 3> results;
  static const std::vector<Entry> falling = FallingChain();
  const hbk_status status = hbk_append(world.ledger, reinterpret_cast<const hbk_entry*>(falling.data()), 3,
                                       HBK_FOREVER, results.data(), nullptr);
  if (world.Note(status, "append") != HBK_OK) return;
  const OwnMemory own;
  EXPECT_EQ(results[2].status, HBK_INSUFFICIENT) << hbk_status_name(results[2].status);
}

constexpr size_t kCallers = 3, kCallerBatch = 600;

std::vector<Entry> ManyGrants() { return Grants(200, kCallers * kCallerBatch); }

std::function<void()> CallerOf(World& world, size_t number) {
  return [&world, number] {
    std::vector<Entry> batch;
    {
      const OwnMemory own;
      batch.assign(world.sent.begin() + static_cast<ptrdiff_t>(number * kCallerBatch),
                   world.sent.begin() + static_cast<ptrdiff_t>((number + 1) * kCallerBatch));
    }
    TryAppend(world, batch, world.ledger);
    const OwnMemory own;
    batch = {};
  };
}

void AppendMerged(World& world) {
  std::vector<std::thread> callers;
  {
    const OwnMemory own;
    for (size_t i = 0; i < kCallers; ++i) {
      try {
        callers.emplace_back(CallerOf(world, i));
      } catch (const std::system_error&) {
        CallerOf(world, i)();  // where no thread is to be had
      }
    }
  }
  for (std::thread& caller : callers) caller.join();
}

// More than the map takes at first.
void AppendGrowing(World& world) {
  for (size_t i = 0; i < kCallers; ++i) CallerOf(world, i)();
}

// What another process wrote meanwhile is taken in, first by a reader.
void CatchUp(World& world) {
  hbk_snapshot* snapshot = nullptr;
  world.Note(hbk_snapshot_open(world.ledger, &snapshot, nullptr), "snapshot");
  hbk_snapshot_close(snapshot);
  AppendSingles(world);
}

// A batch that was submitted, and how often it was told of.
struct Submitted {
  World* world;
  size_t first, count;
  std::vector<hbk_result> results;
  std::atomic<int> told{0};
};

void Told(void* context, hbk_status status, const hbk_error*) {
  auto& submitted = *static_cast<Submitted*>(context);
  ++submitted.told;
  if (submitted.world->Note(status, "told") != HBK_OK) return;
  const OwnMemory own;
  const auto first = submitted.world->sent.begin() + static_cast<ptrdiff_t>(submitted.first);
  submitted.world->Acknowledge({first, first + static_cast<ptrdiff_t>(submitted.count)});
}

void SubmitAll(World& world) {
  constexpr size_t kBatches = 3;
  std::array<Submitted, kBatches> batches;
  std::array<bool, kBatches> taken{};
  const size_t each = world.sent.size() / kBatches;
  for (size_t i = 0; i < kBatches; ++i) {
    Submitted& batch = batches[i];
    {
      const OwnMemory own;
      batch.results.resize(each);
    }
    batch.world = &world;
    batch.first = i * each;
    batch.count = each;
    const auto* const entries = reinterpret_cast<const hbk_entry*>(&world.sent[batch.first]);
    const hbk_status submitted = hbk_submit(world.ledger, entries, static_cast<uint32_t>(each), HBK_FOREVER,
                                            batch.results.data(), Told, &batch, nullptr);
    taken[i] = world.Note(submitted, "submit") == HBK_OK;
  }
  hbk_close(world.ledger);  // waits until all are told
  world.ledger = nullptr;
  const OwnMemory own;
  for (size_t i = 0; i < kBatches; ++i) EXPECT_EQ(batches[i].told, taken[i] ? 1 : 0) << "batch " << i;
}

void OpenAndClose(World& world) {
  hbk_ledger* ledger = nullptr;
  const hbk_status opened = world.Note(hbk_open(world.directory.c_str(), nullptr, &ledger, nullptr), "open");
  EXPECT_EQ(opened == HBK_OK, ledger != nullptr);
  hbk_close(ledger);
}

void CreateAnother(World& world) {
  hbk_ledger* ledger = nullptr;
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  options.origin = kOrigin;
  options.created_at = kStart;
  static std::string directory;
  {
    const OwnMemory own;
    directory = world.temp / "another";
  }
  const hbk_status created = world.Note(hbk_create(directory.c_str(), &options, &ledger, nullptr), "create");
  EXPECT_EQ(created == HBK_OK, ledger != nullptr);
  hbk_close(ledger);
}

// What was begun is made again; what is there is a ledger.
void CheckAnother(World& world) {
  hbk_ledger* ledger = nullptr;
  hbk_error error = HBK_ERROR_INIT;
  const hbk_status created = Found(world.temp / "another", &ledger, &error);
  if (created == HBK_LEDGER_EXISTS) {
    EXPECT_EQ(OpenAt(world.temp / "another", &ledger, 0, &error), HBK_OK) << error.message;
  } else {
    EXPECT_EQ(created, HBK_OK) << error.message;
  }
  EXPECT_EQ(AppendAll(ledger, Founding(1), &error), HBK_OK) << error.message;
  hbk_close(ledger);
}

void ReadCursor(World& world, hbk_cursor* cursor) {
  std::array<hbk_entry, 8> page;
  uint32_t count = 0;
  hbk_status status = HBK_OK;
  while ((status = hbk_cursor_next(cursor, page.data(), page.size(), &count, nullptr)) == HBK_OK) {
  }
  if (status != HBK_END) world.Note(status, "cursor_next");
  hbk_cursor_close(cursor);
}

void Read(World& world, hbk_snapshot* snapshot) {
  hbk_stat stat = HBK_STAT_INIT;
  world.Note(hbk_snapshot_stat(snapshot, &stat, nullptr), "stat");
  std::array<uint8_t, 32> root, leaf;
  world.Note(hbk_root(snapshot, 7, root.data(), nullptr), "root");
  hbk_balance balance;
  world.Note(hbk_account_balance(snapshot, Volunteer(1).data(), HBK_UNIT_POINT, &balance, nullptr), "balance");
  std::array<uint16_t, 4> units;
  uint32_t count = 0;
  world.Note(hbk_account_units(snapshot, Volunteer(1).data(), units.data(), units.size(), &count, nullptr),
             "units");
  std::array<hbk_party, 4> parties;
  world.Note(hbk_parties(snapshot, 0, parties.data(), parties.size(), &count, nullptr), "parties");
  hbk_entry entry;
  world.Note(hbk_entry_by_index(snapshot, 3, &entry, leaf.data(), nullptr), "by_index");
  world.Note(hbk_entry_by_id(snapshot, Service(3, 0).id.data(), &entry, nullptr, nullptr), "by_id");
  const Id nobody = MakeId('?', 1);
  const hbk_status none = hbk_entry_by_id(snapshot, nobody.data(), &entry, nullptr, nullptr);
  if (none != HBK_NOT_FOUND) world.Note(none, "by_id of none");
  hbk_cursor* cursor = nullptr;
  world.Note(hbk_entries_open(snapshot, 0, nullptr, &cursor, nullptr), "entries");
  if (cursor != nullptr) ReadCursor(world, cursor);
  world.Note(hbk_statement_open(snapshot, Volunteer(1).data(), HBK_UNIT_POINT, nullptr, &cursor, nullptr),
             "statement");
  if (cursor != nullptr) ReadCursor(world, cursor);
  std::array<char, 8'192> text;
  size_t length = 0;
  if (world.Note(hbk_published_checkpoint(world.ledger, text.data(), text.size(), &length, nullptr),
                 "published_checkpoint") != HBK_OK) {
    return;
  }
  std::array<char, 8'192> proof;
  size_t proof_length = 0;
  if (world.Note(hbk_prove_inclusion(snapshot, 3, text.data(), length, proof.data(), proof.size(),
                                     &proof_length, nullptr),
                 "prove_inclusion") != HBK_OK) {
    return;
  }
  uint64_t index = 0;
  hbk_checkpoint checkpoint;
  world.Note(hbk_check_inclusion(proof.data(), proof_length, world.vkey.c_str(), nullptr, &entry, &index,
                                 &checkpoint, nullptr),
             "check_inclusion");
}

void QueryAll(World& world) {
  hbk_snapshot* snapshot = nullptr;
  world.Note(hbk_snapshot_open(world.ledger, &snapshot, nullptr), "snapshot");
  if (snapshot != nullptr) Read(world, snapshot);
  hbk_snapshot_close(snapshot);
}

// A snapshot is open while others write, and ends after them.
void WriteBesideReaders(World& world) {
  hbk_snapshot *first = nullptr, *second = nullptr;
  world.Note(hbk_snapshot_open(world.ledger, &first, nullptr), "snapshot");
  const std::vector<Entry>& sent = world.sent;
  for (size_t i = 0; i < sent.size(); ++i) {
    hbk_result result;
    const hbk_status status = hbk_append(world.ledger, reinterpret_cast<const hbk_entry*>(&sent[i]), 1,
                                         HBK_FOREVER, &result, nullptr);
    if (world.Note(status, "append") == HBK_OK) {
      const OwnMemory own;
      world.Acknowledge({sent[i]});
    }
    if (i == 1) world.Note(hbk_snapshot_open(world.ledger, &second, nullptr), "snapshot");
  }
  hbk_balance balance;
  if (first != nullptr) {
    const hbk_status read =
        hbk_account_balance(first, Volunteer(0).data(), HBK_UNIT_MINUTE, &balance, nullptr);
    if (world.Note(read, "balance") == HBK_OK) {
      EXPECT_EQ(balance.credits_posted, 7u * 60);
    }
  }
  hbk_snapshot_close(second);
  hbk_snapshot_close(first);
}

void VerifyIt(World& world) {
  hbk_snapshot* snapshot = nullptr;
  world.Note(hbk_snapshot_open(world.ledger, &snapshot, nullptr), "snapshot");
  if (snapshot == nullptr) return;
  world.Note(hbk_verify(snapshot, nullptr, nullptr, nullptr), "verify");
  hbk_snapshot_close(snapshot);
}

void AuditIt(World& world) {
  hbk_audit_options options = HBK_AUDIT_OPTIONS_INIT;
  options.threads = 2;
  hbk_audit_report report = HBK_AUDIT_REPORT_INIT;
  const hbk_status audited = hbk_audit(world.site.c_str(), world.vkey.c_str(), &options, nullptr, nullptr,
                                       &report, nullptr);
  world.Note(audited, "audit");
  if (audited != HBK_OK) {
    EXPECT_EQ(report.finding, 0u) << "nothing is held against a sound publication";
  }
}

void AuditLedgerIt(World& world) {
  hbk_snapshot* snapshot = nullptr;
  world.Note(hbk_snapshot_open(world.ledger, &snapshot, nullptr), "snapshot");
  if (snapshot == nullptr) return;
  hbk_audit_options options = HBK_AUDIT_OPTIONS_INIT;
  options.threads = 2;
  hbk_audit_report report = HBK_AUDIT_REPORT_INIT;
  world.Note(hbk_audit_ledger(snapshot, world.vkey.c_str(), &options, nullptr, nullptr, &report, nullptr),
             "audit_ledger");
  hbk_snapshot_close(snapshot);
}

void BackUp(World& world) {
  static std::string copy;
  {
    const OwnMemory own;
    copy = world.temp / "copy";
  }
  world.Note(hbk_backup(world.ledger, copy.c_str(), nullptr), "backup");
}

// A whole copy, or one that nobody takes for one: where the system does not let it be removed, either.
bool IsWhole(const std::string& directory) {
  hbk_error error = HBK_ERROR_INIT;
  hbk_ledger* copy = nullptr;
  if (OpenAt(directory, &copy, 0, &error) != HBK_OK) return false;
  EXPECT_EQ(VerifyAll(copy, &error), HBK_OK) << error.message;
  hbk_close(copy);
  return true;
}

void CheckCopy(World& world) {
  hbk_error error = HBK_ERROR_INIT;
  const hbk_status again = hbk_backup(world.ledger, (world.temp / "copy").c_str(), &error);
  const bool is_whole = IsWhole(world.temp / "copy");
  EXPECT_TRUE(is_whole || (again == HBK_LEDGER_EXISTS && !world.answers.empty())) << error.message;
  EXPECT_EQ(hbk_backup(world.ledger, (world.temp / "other").c_str(), &error), HBK_OK) << error.message;
  EXPECT_TRUE(IsWhole(world.temp / "other"));
}

void PublishIt(World& world) {
  world.Note(hbk_publish(world.ledger, world.key, world.site.c_str(), nullptr, nullptr, nullptr, nullptr),
             "publish");
}

void ExpectSound(World& world) {
  hbk_audit_report report = HBK_AUDIT_REPORT_INIT;
  hbk_error error = HBK_ERROR_INIT;
  EXPECT_EQ(hbk_audit(world.site.c_str(), world.vkey.c_str(), nullptr, nullptr, nullptr, &report, &error),
            HBK_OK)
      << error.message;
}

// The old publication or the new one, and the new one in the end.
void CheckSite(World& world) {
  ExpectSound(world);
  hbk_error error = HBK_ERROR_INIT;
  EXPECT_EQ(hbk_publish(world.ledger, world.key, world.site.c_str(), nullptr, nullptr, nullptr, &error),
            HBK_OK)
      << error.message;
  ExpectSound(world);
}

void TryOut(World& world) {
  hbk_trial* trial = nullptr;
  world.Note(hbk_trial_open(world.ledger, &trial, nullptr), "trial");
  if (trial == nullptr) return;
  std::array<hbk_result, 8> results;
  world.Note(hbk_trial_advance(trial, 20, nullptr), "advance");
  const auto* const entries = reinterpret_cast<const hbk_entry*>(world.sent.data());
  for (const int keep : {0, 1}) {
    world.Note(hbk_trial_judge(trial, entries, static_cast<uint32_t>(world.sent.size()), keep,
                               results.data(), nullptr),
               "judge");
  }
  hbk_trial_close(trial);
}

void UseKeys(World& world) {
  static std::string path;
  {
    const OwnMemory own;
    path = world.temp / "key";
  }
  hbk_key *made = nullptr, *loaded = nullptr;
  world.Note(hbk_key_generate(kOrigin, HBK_KEY_LOG, &made, nullptr), "generate");
  if (made == nullptr) return;
  std::array<char, 256> vkey;
  size_t length = 0;
  world.Note(hbk_key_vkey(made, vkey.data(), vkey.size(), &length, nullptr), "vkey");
  if (world.Note(hbk_key_save(made, path.c_str(), nullptr, nullptr), "save") == HBK_OK) {
    world.Note(hbk_key_load(path.c_str(), nullptr, &loaded, nullptr), "load");
  }
  hbk_key_close(made);
  hbk_key_close(loaded);
}

}  // namespace

const std::vector<Scene>& Scenes() {
  // Strides that have no factor in common with what repeats within a scene.
  static const std::vector<Scene> scenes = {
      {.name = "Create", .opens = false, .run = CreateAnother, .check = CheckAnother, .stride = 3},
      {.name = "Open", .opens = false, .run = OpenAndClose, .stride = 7},
      {.name = "Recover", .opens = false, .run = OpenAndClose, .stride = 7, .others_write = true},
      {.name = "Append", .opens = true, .run = AppendSingles, .sends = OneDay()},
      {.name = "Chains", .opens = true, .run = AppendChains, .sends = Chains(), .stride = 3},
      {.name = "BesideReaders", .opens = true, .run = WriteBesideReaders, .sends = OneDay(), .stride = 5},
      {.name = "MergedCallers", .opens = true, .run = AppendMerged, .sends = ManyGrants(), .stride = 29},
      {.name = "Submit", .opens = true, .run = SubmitAll, .sends = ManyGrants(), .stride = 29},
      {.name = "Growth", .opens = true, .run = AppendGrowing, .sends = ManyGrants(), .stride = 41,
       .map_size = 1 << 18},
      {.name = "CatchUp", .opens = true, .run = CatchUp, .sends = OneDay(), .stride = 11,
       .others_write = true},
      {.name = "Queries", .opens = true, .run = QueryAll, .stride = 3},
      {.name = "Verify", .opens = true, .run = VerifyIt, .stride = 5},
      {.name = "Audit", .opens = false, .run = AuditIt, .stride = 11},
      {.name = "AuditLedger", .opens = true, .run = AuditLedgerIt, .stride = 29},
      {.name = "Backup", .opens = true, .run = BackUp, .check = CheckCopy, .stride = 5},
      {.name = "Publish", .opens = true, .run = PublishIt, .check = CheckSite, .stride = 23},
      {.name = "Trial", .opens = true, .run = TryOut, .sends = OneDay(), .stride = 5},
      {.name = "Keys", .opens = false, .run = UseKeys, .stride = 127},
  };
  return scenes;
}

namespace {

void ExpectThere(const World& world) {
  if (world.acknowledged.empty()) return;
  std::vector<hbk_result> results;
  EXPECT_EQ(AppendTo(world.ledger, world.acknowledged, results), HBK_OK);
  for (const hbk_result& result : results) EXPECT_EQ(result.status, HBK_EXISTS) << "an entry was lost";
}

// What was not taken in before is taken in now, unless the ledger asks to be opened again.
void CheckSameHandle(const Scene& scene, World& world) {
  if (world.ledger == nullptr) return;
  hbk_error error = HBK_ERROR_INIT;
  const hbk_status verified = VerifyAll(world.ledger, &error);
  if (verified == HBK_POISONED && !world.answers.empty()) {
    hbk_close(world.ledger);
    ASSERT_EQ(OpenAt(world.directory, &world.ledger, 0, &error), HBK_OK) << error.message;
  } else {
    EXPECT_EQ(verified, HBK_OK) << error.message;
  }
  ExpectThere(world);
  if (!scene.sends.empty()) {
    EXPECT_EQ(AppendAll(world.ledger, scene.sends, &error), HBK_OK) << error.message;
  }
  EXPECT_EQ(VerifyAll(world.ledger, &error), HBK_OK) << error.message;
}

void CheckReopened(const Scene& scene, World& world) {
  hbk_error error = HBK_ERROR_INIT;
  ASSERT_EQ(OpenAt(world.directory, &world.ledger, 0, &error), HBK_OK) << error.message;
  ExpectThere(world);
  if (!scene.sends.empty()) {
    EXPECT_EQ(AppendAll(world.ledger, scene.sends, &error), HBK_OK) << error.message;
  }
  EXPECT_EQ(AppendAll(world.ledger, {Service(5'000, 2)}, &error), HBK_OK) << error.message;
  EXPECT_EQ(VerifyAll(world.ledger, &error), HBK_OK) << error.message;
  hbk_close(world.ledger);
  world.ledger = nullptr;
}

void OpenLedger(const Scene& scene, World& world) {
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  options.map_size = scene.map_size;
  ASSERT_EQ(hbk_open(world.directory.c_str(), &options, &world.ledger, nullptr), HBK_OK);
}

void WriteFromAnotherProcess(World& world) {
  const std::vector<Entry> others = {Service(400, 2), Grant(400, 2, 5), Redeem(400, 2, 5, true),
                                     Open(Volunteer(70), PartyKind::kVolunteer)};
  Child other([&](const Child::Steps&) {
    hbk_ledger* own = nullptr;
    if (OpenAt(world.directory, &own) != HBK_OK) return 1;
    return AppendAll(own, others) == HBK_OK ? 0 : 2;
  });
  EXPECT_EQ(other.Join(), 0);
  world.Acknowledge(others);
}

// With the first-th refused up to the last-th; with none where first is 0. Whether it was reached.
bool Run(const Scene& scene, const Refuser& refuser, uint64_t first, uint64_t last, Explored& explored) {
  World world;
  world.sent = scene.sends;
  world.fits = refuser.fits;
  if (scene.opens) OpenLedger(scene, world);
  if (scene.others_write) WriteFromAnotherProcess(world);
  refuser.refuse(first, last);
  const absl::Cleanup end = [&refuser] { refuser.refuse(0, 0); };
  scene.run(world);
  const bool is_reached = refuser.counted() >= first;
  refuser.refuse(0, 0);
  const bool is_poisoned = world.answers.contains(HBK_POISONED);
  EXPECT_TRUE(!is_poisoned || world.answers.size() > 1) << "somebody is told why";
  ++explored.runs;
  explored.told += !world.answers.empty();
  explored.poisoned += is_poisoned;
  CheckSameHandle(scene, world);
  scene.check(world);
  hbk_close(world.ledger);
  world.ledger = nullptr;
  CheckReopened(scene, world);
  return is_reached;
}

}  // namespace

Explored Explore(const Scene& scene, const Refuser& refuser, bool for_ever) {
  ::signal(SIGABRT, TellWhere);
  Explored ignored;
  constexpr int kErrors = 16;  // that OpenSSL keeps of a thread, with memory for each from its first on
  for (int i = 0; i < kErrors; ++i) ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
  ERR_clear_error();
  EXPECT_EQ(counts_openssl, 1);
  for (int i = 0; i < kWarmUps; ++i) Run(scene, refuser, 0, 0, ignored);
  Explored explored;
  bool is_reached = true;
  const Steps steps = StepsOf(scene, refuser);
  for (uint64_t n = steps.first; is_reached && !testing::Test::HasFailure(); n += steps.stride) {
    std::snprintf(at, sizeof(at), "while %s %lu of %s was refused%s\n", refuser.name, n, scene.name,
                  for_ever ? ", and all after it" : "");
    SCOPED_TRACE(at);
    const int64_t blocks = OwnedBlocks();
    const int64_t of_openssl = openssl_blocks;
    const size_t files = OpenFiles();
    is_reached = Run(scene, refuser, n, for_ever ? UINT64_MAX : n, explored);
    EXPECT_EQ(OpenFiles(), files);
    EXPECT_EQ(OwnedBlocks(), blocks);
    EXPECT_TRUE(kWarmUps == 0 || openssl_blocks <= of_openssl + kMostLostByOpenssl);
  }
  return explored;
}

}  // namespace hourbook
