#include "tests/model/desk.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "api/internal.h"
#include "tests/model/text.h"
#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

// The state is stored so often that most openings begin from one, and that a whole one is written now and
// then.
constexpr uint64_t kStatePeriod = 60;

const hbk_entry* ToC(const std::vector<Entry>& entries, size_t at) {
  return reinterpret_cast<const hbk_entry*>(entries.data() + at);
}

hbk_result* ToC(std::vector<Outcome>& outcomes, size_t at) {
  return reinterpret_cast<hbk_result*>(outcomes.data() + at);
}

void AddStatus(hbk_status status, const hbk_error& error, Reply& reply) {
  reply.statuses.push_back(status);
  if (status != HBK_OK) absl::StrAppend(&reply.trouble, error.message, "; ");
}

// Batches that were submitted, until all are told of.
struct Told {
  struct One {
    Told* all;
    hbk_status status;
    std::string message;
  };
  explicit Told(size_t count) : left(static_cast<int>(count)), batches(count, One{this, HBK_OK, ""}) {}

  static void Tell(void* context, hbk_status status, const hbk_error* error) {
    One& one = *static_cast<One*>(context);
    one.status = status;
    if (status != HBK_OK) one.message = error->message;
    one.all->left.DecrementCount();
  }

  absl::BlockingCounter left;
  std::vector<One> batches;
};

}  // namespace

Genesis TownGenesis() {
  return {.origin = "model",
          .time_zone = "",
          .utc_offset = kShanghai,
          .created_at = kMidnight,
          .authority = Named('R', 0)};
}

std::string KeyFile(const std::string& home) { return home + "/key"; }

Desk::~Desk() {
  for (auto& [number, opened] : ledgers_) Close(opened);
  hbk_key_close(key_);
}

void Desk::Close(Opened& opened) {
  hbk_close(opened.handle);  // with its snapshots and cursors
  opened = {};
}

hbk_key* Desk::KeyOf(const std::string& home) {
  if (home == home_) return key_;
  hbk_key_close(std::exchange(key_, nullptr));
  home_ = home;
  if (hbk_key_load(KeyFile(home).c_str(), nullptr, &key_, nullptr) != HBK_OK) return nullptr;
  char vkey[256];
  size_t length = 0;
  vkey_ = hbk_key_vkey(key_, vkey, sizeof(vkey), &length, nullptr) == HBK_OK ? std::string(vkey, length) : "";
  return key_;
}

Asked Desk::AskedOf(const Call& call, const Opened& opened, hbk_snapshot* snapshot) {
  KeyOf(call.home);
  return {.ledger = opened.handle, .snapshot = snapshot, .vkey = vkey_, .home = call.home};
}

hbk_status Desk::Open(const Call& call, Opened& opened, Reply& reply) {
  LedgerOptions options{.read_only = call.number == kReadOnly,
                        .map_size = uint64_t{1} << call.map_bits,
                        .clock = [this] { return clock_.load(); },
                        .state_period = kStatePeriod};
  auto ledger = call.number == kCreating ? Ledger::Create(call.path, TownGenesis(), std::move(options))
                                         : Ledger::Open(call.path, std::move(options));
  if (!ledger.ok()) {
    hbk_error error = HBK_ERROR_INIT;
    const hbk_status status = capi::Report(ledger.status(), &error);
    reply.trouble = error.message;
    return status;
  }
  if (const auto snapshot = (*ledger)->OpenSnapshot(); snapshot.ok()) {
    const absl::StatusOr<StateHead> head = (*snapshot)->txn().ReadStateHead();
    if (head.ok() && head->part_count > 0) {
      opened.facts.stored_size = head->parts[head->part_count - 1].size;
      opened.facts.wholes = head->parts[0].number;
    }
  }
  auto open = std::make_unique<capi::OpenLedger>();
  open->ledger = *std::move(ledger);
  opened.handle = capi::LedgerHandles::Open(std::move(open));
  return HBK_OK;
}

void Desk::Append(const Call& call, const Opened& opened, Reply& reply) {
  reply.outcomes.resize(call.entries.size());
  size_t at = 0;
  for (const uint32_t length : call.lengths) {
    hbk_error error = HBK_ERROR_INIT;
    const hbk_status status = hbk_append(opened.handle, ToC(call.entries, at), length, HBK_FOREVER,
                                         ToC(reply.outcomes, at), &error);
    AddStatus(status, error, reply);
    at += length;
  }
}

void Desk::Submit(const Call& call, const Opened& opened, Reply& reply) {
  reply.outcomes.resize(call.entries.size());
  Told told(call.lengths.size());
  size_t at = 0;
  for (size_t i = 0; i < call.lengths.size(); ++i) {
    hbk_error error = HBK_ERROR_INIT;
    const hbk_status taken = hbk_submit(opened.handle, ToC(call.entries, at), call.lengths[i], HBK_FOREVER,
                                        ToC(reply.outcomes, at), Told::Tell, &told.batches[i], &error);
    if (taken != HBK_OK) Told::Tell(&told.batches[i], taken, &error);
    at += call.lengths[i];
  }
  told.left.Wait();
  for (const Told::One& one : told.batches) {
    reply.statuses.push_back(one.status);
    absl::StrAppend(&reply.trouble, one.message);
  }
}

void Desk::Ask(const Call& call, const Opened& opened, Reply& reply) {
  hbk_snapshot* snapshot = nullptr;
  hbk_error error = HBK_ERROR_INIT;
  if (call.slot == 0) {
    AddStatus(hbk_snapshot_open(opened.handle, &snapshot, &error), error, reply);
  } else {
    const auto slot = opened.slots.find(call.slot);
    if (slot != opened.slots.end()) snapshot = slot->second;
    hbk_stat stat = HBK_STAT_INIT;
    AddStatus(hbk_snapshot_stat(snapshot, &stat, &error), error, reply);
  }
  if (snapshot == nullptr) return;
  const Asked asked = AskedOf(call, opened, snapshot);
  for (const Question& question : call.questions) reply.answers.push_back(Answer(asked, question));
  if (call.slot == 0) hbk_snapshot_close(snapshot);
}

// number: the size to stand at; the cursor, a bit for each batch: whether what stands of it is kept.
void Desk::Try(const Call& call, const Opened& opened, Reply& reply) {
  reply.outcomes.resize(call.entries.size());
  hbk_trial* trial = nullptr;
  hbk_error error = HBK_ERROR_INIT;
  AddStatus(hbk_trial_open(opened.handle, &trial, &error), error, reply);
  if (trial == nullptr) return;
  AddStatus(hbk_trial_advance(trial, call.number, &error), error, reply);
  size_t at = 0;
  for (size_t i = 0; i < call.lengths.size() && reply.statuses.back() == HBK_OK; ++i) {
    const uint32_t length = call.lengths[i];
    const hbk_status judged =
        hbk_trial_judge(trial, ToC(call.entries, at), length, static_cast<int>(call.cursor >> i & 1),
                        ToC(reply.outcomes, at), &error);
    AddStatus(judged, error, reply);
    at += length;
  }
  hbk_trial_close(trial);
}

hbk_status Desk::OpenCursorOf(const Call& call, Opened& opened) const {
  const auto slot = opened.slots.find(call.slot);
  hbk_cursor* cursor = nullptr;
  hbk_cursor_close(std::exchange(opened.cursors[call.cursor], nullptr));
  const hbk_status status =
      OpenCursor(slot == opened.slots.end() ? nullptr : slot->second, call.questions[0], &cursor);
  opened.cursors[call.cursor] = cursor;
  return status;
}

void Desk::Next(const Call& call, Opened& opened, Reply& reply) {
  reply.answers.push_back(ReadPage(opened.cursors[call.cursor], static_cast<uint32_t>(call.number)));
}

hbk_status Desk::Publish(const Call& call, const Opened& opened, Reply& reply) {
  hbk_checkpoint checkpoint;
  hbk_error error = HBK_ERROR_INIT;
  const hbk_status status =
      hbk_publish(opened.handle, KeyOf(call.home), call.path.c_str(), nullptr, nullptr, &checkpoint, &error);
  reply.trouble = error.message;
  if (status != HBK_OK) return status;
  Hash root;
  std::copy(std::begin(checkpoint.root), std::end(checkpoint.root), root.begin());
  reply.answers.push_back(absl::StrCat(checkpoint.size, " ", LineOf(root)));
  return status;
}

Facts Desk::FactsOf(const Opened& opened) {
  Facts facts = opened.facts;
  const auto found = capi::LedgerHandles::Find(opened.handle, "");
  if (!found.ok()) return facts;
  const absl::StatusOr<StoreStat> stat = (*found)->ledger->Stat();
  if (stat.ok()) facts.map_bytes = stat->map_bytes;
  return facts;
}

// One that is open stays so, as it is.
void Desk::OpenOrRefuse(const Call& call, Opened& opened, Reply& reply) {
  Opened second;
  reply.statuses.push_back(Open(call, opened.handle == nullptr ? opened : second, reply));
  Close(second);
}

Reply Desk::Serve(const Call& call) {
  clock_ = call.clock;
  Opened& opened = ledgers_[call.ledger];
  Reply reply;
  Do(call, opened, reply);
  reply.facts = FactsOf(opened);
  return reply;
}

void Desk::Do(const Call& call, Opened& opened, Reply& reply) {
  hbk_error error = HBK_ERROR_INIT;
  const auto note = [&](hbk_status status) { AddStatus(status, error, reply); };
  switch (call.op) {
    case Op::kOpen:
      OpenOrRefuse(call, opened, reply);
      break;
    case Op::kClose:
      Close(opened);
      break;
    case Op::kAppend:
      Append(call, opened, reply);
      break;
    case Op::kSubmit:
      Submit(call, opened, reply);
      break;
    case Op::kHold:
      note(hbk_snapshot_open(opened.handle, &opened.slots[call.slot], &error));
      break;
    case Op::kRelease:
      hbk_snapshot_close(std::exchange(opened.slots[call.slot], nullptr));
      break;
    case Op::kAsk:
      Ask(call, opened, reply);
      break;
    case Op::kOpenCursor:
      reply.statuses.push_back(OpenCursorOf(call, opened));
      break;
    case Op::kNext:
      Next(call, opened, reply);
      break;
    case Op::kTrial:
      Try(call, opened, reply);
      break;
    case Op::kPublish:
      reply.statuses.push_back(Publish(call, opened, reply));
      break;
    case Op::kForget:
      note(hbk_forget_publication(opened.handle, &error));
      break;
    case Op::kAudit:
      reply.answers.push_back(AuditText(AskedOf(call, opened, nullptr), call.path, call.number != 0));
      break;
    case Op::kBackup:
      note(hbk_backup(opened.handle, call.path.c_str(), &error));
      break;
  }
}

}  // namespace hourbook
