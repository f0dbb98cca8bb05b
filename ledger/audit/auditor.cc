#include "ledger/audit/auditor.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/audit/chain_check.h"
#include "ledger/audit/scratch.h"
#include "ledger/audit/seen.h"
#include "ledger/base/check.h"
#include "ledger/base/error.h"
#include "ledger/format/genesis.h"
#include "ledger/format/tile_path.h"
#include "ledger/rules/machine.h"

namespace hourbook {
namespace {

// The entries replayed so far, as the machine reads them back.
class ReplayedEntries : public History {
 public:
  explicit ReplayedEntries(Scratch& scratch) : scratch_(scratch) {}

  absl::StatusOr<Entry> At(uint64_t index) override {
    HOURBOOK_CHECK(index < size_, "only what was replayed is read back");
    return scratch_.At(index);
  }
  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) override { return scratch_.Find(id); }
  void Append(const Entry& entry) override {
    scratch_.AddId(entry.index);
    ++size_;
  }
  void Truncate(uint64_t) override { HOURBOOK_CHECK(false, "a replay takes nothing back"); }

 private:
  Scratch& scratch_;
  uint64_t size_ = 0;
};

FindingKind KindFor(Difference difference) {
  switch (difference) {
    case Difference::kIndex:
    case Difference::kRecordedAt:
      return FindingKind::kOrder;
    case Difference::kPrevDebit:
    case Difference::kPrevCredit:
      return FindingKind::kAccountLink;
    default:
      return FindingKind::kRules;
  }
}

class Auditor {
 public:
  Auditor(const Publication& publication, const AuditRequest& request, AuditProgress progress,
          AuditReport& report)
      : publication_(publication),
        request_(request),
        progress_(progress),
        report_(report),
        threads_(request.threads != 0 ? request.threads
                                      : std::max(1u, std::thread::hardware_concurrency())) {}

  absl::Status Run();

 private:
  using Threads = std::vector<std::jthread>;

  absl::Status OpenNote();
  absl::Status CompareSizes(const Checkpoint& seen);
  absl::Status FindLastBundle();
  absl::Status Walk(Scratch& scratch, const Checkpoint& seen);
  Threads Start(Window& window, Scratch& scratch) const;
  absl::Status Replay(const Window& window, Scratch& scratch, Machine& machine);
  absl::Status ReplayOne(uint64_t index, const Scratch& scratch, Machine& machine);
  absl::Status Found(Finding finding);
  absl::Status Report(uint64_t done) const;

  const Publication& publication_;
  const AuditRequest& request_;
  const AuditProgress progress_;
  AuditReport& report_;
  const unsigned threads_;
  std::string note_;
};

absl::Status Auditor::Found(Finding finding) {
  report_.finding = std::move(finding);
  return ToStatus(report_.finding);
}

absl::Status Auditor::Report(uint64_t done) const {
  if (progress_(done, report_.checkpoint.size)) return absl::OkStatus();
  return Fail(Failure::kEnd, "the audit was stopped");
}

absl::Status Auditor::OpenNote() {
  absl::StatusOr<std::string> note = publication_.ReadCheckpoint();
  if (!note.ok() && FailureOf(note.status()) == Failure::kInvalidArgument) {
    return Found({.kind = FindingKind::kSignature,
                  .what = std::string(note.status().message()),
                  .index = std::nullopt});
  }
  if (!note.ok()) return note.status();
  note_ = *std::move(note);
  absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(note_, request_.log);
  if (!checkpoint.ok()) {
    return Found({.kind = FindingKind::kSignature,
                  .what = std::string(checkpoint.status().message()),
                  .index = std::nullopt});
  }
  if (checkpoint->size == 0) {
    return Found({.kind = FindingKind::kRoot,
                  .what = "the checkpoint is of no entries, but a ledger begins with its genesis",
                  .index = std::nullopt});
  }
  report_.checkpoint = *std::move(checkpoint);
  return absl::OkStatus();
}

absl::Status Auditor::CompareSizes(const Checkpoint& seen) {
  report_.seen = seen.size;
  if (seen.size <= report_.checkpoint.size) return absl::OkStatus();
  return Found({.kind = FindingKind::kRewound,
                .what = absl::StrCat("the checkpoint is of ", report_.checkpoint.size,
                                     " entries, but you were shown ", seen.size),
                .index = std::nullopt});
}

// Before room is made for as many entries as a checkpoint only claims.
absl::Status Auditor::FindLastBundle() {
  const uint64_t last = TilesFor(report_.checkpoint.size) - 1;
  return publication_.ReadBundle(last, WidthAt(last, report_.checkpoint.size), report_.finding)
      .status();
}

absl::Status Auditor::Run() {
  const absl::StatusOr<Checkpoint> seen = ReadSeen(request_.state_file, request_.log);
  if (!seen.ok()) return seen.status();
  if (absl::Status opened = OpenNote(); !opened.ok()) return opened;
  if (absl::Status compared = CompareSizes(*seen); !compared.ok()) return compared;
  if (absl::Status found = FindLastBundle(); !found.ok()) return found;
  absl::StatusOr<Scratch> scratch =
      Scratch::Make(request_.scratch_directory, report_.checkpoint.size);
  if (!scratch.ok()) return scratch.status();
  if (absl::Status walked = Walk(*scratch, *seen); !walked.ok()) return walked;
  return RememberSeen(request_.state_file, request_.log, note_, report_.checkpoint);
}

// Those that the system grants; without any the caller does all the work.
Auditor::Threads Auditor::Start(Window& window, Scratch& scratch) const {
  Threads threads;
  try {
    for (unsigned i = 1; i < threads_; ++i) {
      threads.emplace_back([&window, &scratch] {
        window.Work([&](uint64_t first, size_t count) { return scratch.Entries(first, count); });
      });
    }
  } catch (const std::system_error&) {
  }
  return threads;
}

// While one window is replayed, others hash the next: only the replay must go in order.
absl::Status Auditor::Walk(Scratch& scratch, const Checkpoint& seen) {
  const uint64_t size = report_.checkpoint.size;
  ChainCheck chain(publication_, report_.checkpoint, seen);
  ReplayedEntries history(scratch);
  Machine machine(&history);
  const auto room = [&](uint64_t first, size_t count) { return scratch.Entries(first, count); };
  std::unique_ptr<Window> ready;
  absl::Status status;
  for (uint64_t first = 0; status.ok() && (ready != nullptr || first < TilesFor(size));
       first += Window::kBundles) {
    std::unique_ptr<Window> next;
    Threads threads;
    if (first < TilesFor(size)) {
      next = std::make_unique<Window>(publication_, size, first);
      threads = Start(*next, scratch);
    }
    if (ready != nullptr) status = Replay(*ready, scratch, machine);
    if (next != nullptr && status.ok()) next->Work(room);
    threads.clear();  // joins them
    if (status.ok() && next != nullptr) status = next->Result(report_.finding);
    if (status.ok() && next != nullptr) status = chain.Take(*next, report_.finding);
    ready = std::move(next);
  }
  if (!status.ok()) return status;
  if (absl::Status finished = chain.Finish(report_.finding); !finished.ok()) return finished;
  report_.accounts = std::move(machine.mutable_state().accounts);
  return Report(size);
}

absl::Status Auditor::Replay(const Window& window, Scratch& scratch, Machine& machine) {
  constexpr uint64_t kProgressEvery = 4'096;
  constexpr uint64_t kAhead = 16;
  for (uint64_t i = window.first_entry(); i < window.end_entry(); ++i) {
    if (i % kProgressEvery == 0) {
      if (absl::Status going = Report(i); !going.ok()) return going;
    }
    if (!request_.replay) continue;
    if (i + kAhead < window.end_entry()) scratch.Prefetch(scratch.At(i + kAhead).id);
    if (absl::Status taken = ReplayOne(i, scratch, machine); !taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status Auditor::ReplayOne(uint64_t index, const Scratch& scratch, Machine& machine) {
  const Entry& entry = scratch.At(index);
  Difference difference = Difference::kNone;
  const absl::Status replayed = machine.Replay(entry, &difference);
  if (!replayed.ok()) {
    Finding finding = {.kind = KindFor(difference),
                       .what = std::string(replayed.message()),
                       .index = index};
    if (finding.kind == FindingKind::kAccountLink) {
      finding.party = difference == Difference::kPrevDebit ? entry.debit : entry.credit;
      finding.unit = static_cast<Unit>(entry.unit);
      absl::StrAppend(&finding.what, ", of party ", HexEncode(finding.party));
    }
    return Found(std::move(finding));
  }
  if (index > 0) return absl::OkStatus();
  const absl::StatusOr<Genesis> genesis = DecodeGenesis(entry);
  if (genesis.ok() && genesis->origin == report_.checkpoint.origin) return absl::OkStatus();
  return Found({.kind = FindingKind::kRules,
                .what = absl::StrCat("entry 0 names the ledger ", genesis->origin,
                                     ", but the checkpoint is of ", report_.checkpoint.origin),
                .index = 0});
}

}  // namespace

absl::Status Audit(const Publication& publication, const AuditRequest& request,
                   AuditProgress progress, AuditReport& report) {
  report = {};
  return Auditor(publication, request, progress, report).Run();
}

}  // namespace hourbook
