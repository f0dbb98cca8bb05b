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
#include "ledger/audit/replay.h"
#include "ledger/audit/seen.h"
#include "ledger/base/error.h"
#include "ledger/chain/quorum.h"
#include "ledger/format/tile_path.h"

namespace hourbook {
namespace {

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
  absl::Status FindBundles();
  absl::Status PrepareReplay();
  absl::Status Walk(const Checkpoint& seen);
  Threads Start(Window& window) const;
  absl::Span<Entry> Room(uint64_t first, size_t count) const;
  absl::Status TakeWindow(const Window& window);
  absl::Status Found(Finding finding);
  absl::Status Report(uint64_t done) const;

  const Publication& publication_;
  const AuditRequest& request_;
  const AuditProgress progress_;
  AuditReport& report_;
  const unsigned threads_;
  std::string note_;
  std::optional<Replay> replay_;  // unless the request is for chain and tree alone
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
  report_.checkpoint = *std::move(checkpoint);
  if (request_.policy) {
    const auto trusted = OpenTrusted(note_, *request_.policy, request_.log);
    if (!trusted.ok()) {
      return Found({.kind = FindingKind::kWitnesses,
                    .what = std::string(trusted.status().message()),
                    .index = std::nullopt});
    }
  }
  if (report_.checkpoint.size == 0) {
    return Found({.kind = FindingKind::kRoot,
                  .what = "the checkpoint is of no entries, but a ledger begins with its genesis",
                  .index = std::nullopt});
  }
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

// Before room is made for as many entries as a checkpoint only claims. The last bundle comes first,
// since it is what a made-up size lacks.
absl::Status Auditor::FindBundles() {
  const uint64_t size = report_.checkpoint.size;
  const uint64_t last = TilesFor(size) - 1;
  const absl::Status read =
      publication_.ReadBundle(last, WidthAt(last, size), report_.finding).status();
  if (!read.ok()) return read;
  for (uint64_t i = 0; i < last; ++i) {
    constexpr uint64_t kProgressEvery = 1'024;  // bundles
    if (i % kProgressEvery == 0) {
      if (absl::Status going = Report(0); !going.ok()) return going;
    }
    if (absl::Status found = publication_.FindBundle(i, report_.finding); !found.ok()) {
      return found;
    }
  }
  return absl::OkStatus();
}

absl::Status Auditor::Run() {
  const absl::StatusOr<Checkpoint> seen = ReadSeen(request_.state_file, request_.log);
  if (!seen.ok()) return seen.status();
  if (absl::Status opened = OpenNote(); !opened.ok()) return opened;
  if (absl::Status compared = CompareSizes(*seen); !compared.ok()) return compared;
  if (absl::Status prepared = PrepareReplay(); !prepared.ok()) return prepared;
  if (absl::Status walked = Walk(*seen); !walked.ok()) return walked;
  return RememberSeen(request_.state_file, request_.log, note_, *seen);
}

absl::Status Auditor::PrepareReplay() {
  if (!request_.replay) return absl::OkStatus();
  if (absl::Status found = FindBundles(); !found.ok()) return found;
  absl::StatusOr<Scratch> scratch =
      Scratch::Make(request_.scratch_directory, report_.checkpoint.size);
  if (!scratch.ok()) return scratch.status();
  replay_.emplace(*std::move(scratch), report_.checkpoint.origin);
  return absl::OkStatus();
}

absl::Span<Entry> Auditor::Room(uint64_t first, size_t count) const {
  return replay_ ? replay_->Room(first, count) : absl::Span<Entry>();
}

// Those that the system grants; without any the caller does all the work.
Auditor::Threads Auditor::Start(Window& window) const {
  Threads threads;
  try {
    for (unsigned i = 1; i < threads_; ++i) {
      threads.emplace_back([this, &window] {
        window.Work([this](uint64_t first, size_t count) { return Room(first, count); });
      });
    }
  } catch (const std::system_error&) {
  }
  return threads;
}

// While one window is replayed, others hash the next: only the replay must go in order.
absl::Status Auditor::Walk(const Checkpoint& seen) {
  const uint64_t size = report_.checkpoint.size;
  ChainCheck chain(publication_, report_.checkpoint, seen);
  std::unique_ptr<Window> ready;
  absl::Status status;
  for (uint64_t first = 0; status.ok() && (ready != nullptr || first < TilesFor(size));
       first += Window::kBundles) {
    std::unique_ptr<Window> next;
    Threads threads;
    if (first < TilesFor(size)) {
      next = std::make_unique<Window>(publication_, size, first);
      threads = Start(*next);
    }
    if (ready != nullptr) status = TakeWindow(*ready);
    if (next != nullptr && status.ok()) {
      next->Work([this](uint64_t from, size_t count) { return Room(from, count); });
    }
    threads.clear();  // joins them
    if (status.ok() && next != nullptr) status = chain.Take(*next, report_.finding);
    ready = std::move(next);
  }
  if (!status.ok()) return status;
  if (absl::Status finished = chain.Finish(report_.finding); !finished.ok()) return finished;
  if (replay_) report_.accounts = replay_->TakeAccounts();
  return Report(size);
}

absl::Status Auditor::TakeWindow(const Window& window) {
  constexpr uint64_t kProgressEvery = 16'384;
  for (uint64_t i = window.first_entry(); i < window.end_entry(); i += kProgressEvery) {
    if (absl::Status going = Report(i); !going.ok()) return going;
    if (!replay_) continue;
    const uint64_t end = std::min(i + kProgressEvery, window.end_entry());
    if (absl::Status taken = replay_->Take(i, end, report_.finding); !taken.ok()) return taken;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Audit(const Publication& publication, const AuditRequest& request,
                   AuditProgress progress, AuditReport& report) {
  report = {};
  return Auditor(publication, request, progress, report).Run();
}

}  // namespace hourbook
