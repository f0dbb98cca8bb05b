// Auditing.
#include <cstdlib>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "api/internal.h"
#include "ledger/audit/auditor.h"
#include "ledger/audit/ledger_audit.h"

namespace hourbook::capi {
namespace {

std::string OrEmpty(const char* text) { return text == nullptr ? "" : text; }

std::string DefaultScratch() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a program's environment is its own affair
  const char* const directory = std::getenv("TMPDIR");
  return directory == nullptr || *directory == '\0' ? "/tmp" : directory;
}

absl::Status CheckOptions(const hbk_audit_options& options) {
  if (options.struct_size != sizeof(hbk_audit_options)) {
    return Invalid("hbk_audit_options.struct_size is wrong; use HBK_AUDIT_OPTIONS_INIT");
  }
  if ((options.flags & ~uint32_t{HBK_AUDIT_CHAIN_ONLY}) != 0 || options.reserved != 0) {
    return Invalid("hbk_audit_options has an unknown flag, or its reserved field is not zero");
  }
  return absl::OkStatus();
}

absl::StatusOr<AuditRequest> ToRequest(const char* vkey, const hbk_audit_options& options) {
  if (absl::Status checked = CheckOptions(options); !checked.ok()) return checked;
  absl::StatusOr<Verifier> log = TakeLogKey(vkey);
  if (!log.ok()) return log.status();
  std::optional<TrustPolicy> policy;
  if (options.policy != nullptr) {
    absl::StatusOr<TrustPolicy> taken = TakePolicy(options.policy, options.policy_length);
    if (!taken.ok()) return taken.status();
    policy = *std::move(taken);
  }
  return AuditRequest{.log = *std::move(log),
                      .policy = std::move(policy),
                      .state_file = OrEmpty(options.state_file),
                      .scratch_directory = options.scratch_directory == nullptr
                                               ? DefaultScratch()
                                               : options.scratch_directory,
                      .threads = options.threads,
                      .replay = (options.flags & HBK_AUDIT_CHAIN_ONLY) == 0};
}

template <size_t kSize>
void CopyText(absl::string_view text, char (&out)[kSize]) {
  out[text.copy(out, kSize - 1)] = '\0';
}

void GiveReport(const AuditReport& from, hbk_audit_report& to) {
  to = HBK_AUDIT_REPORT_INIT;
  to.finding = static_cast<uint32_t>(from.finding.kind);
  to.checkpoint = ToCheckpoint(from.checkpoint);
  to.seen_size = from.seen;
  to.index = from.finding.index.value_or(UINT64_MAX);
  std::copy(from.finding.party.begin(), from.finding.party.end(), to.party);
  to.unit = static_cast<uint16_t>(from.finding.unit);
  to.parties = from.accounts.parties().size();
  to.accounts = from.accounts.accounts().size();
  CopyText(from.finding.what, to.what);
}

void TellAccounts(const Accounts& accounts, const hbk_audit_options& options) {
  if (options.account == nullptr) return;
  for (Slot i = 0; i < accounts.accounts().size(); ++i) {
    const Account& account = accounts.account(i);
    const hbk_party party = ToParty(accounts.party(account.party));
    const hbk_balance balance = ToBalance(account.balance);
    options.account(options.account_context, &party, account.unit, &balance);
  }
}

using RunAudit =
    absl::FunctionRef<absl::Status(const AuditRequest&, AuditProgress, AuditReport&)>;

absl::Status AuditWith(RunAudit run, const char* vkey, const hbk_audit_options* given,
                       hbk_progress progress, void* context, hbk_audit_report* report) {
  if (report == nullptr || report->struct_size != sizeof(hbk_audit_report)) {
    return Invalid("report is NULL or its struct_size is wrong; use HBK_AUDIT_REPORT_INIT");
  }
  const hbk_audit_options defaults = HBK_AUDIT_OPTIONS_INIT;
  const hbk_audit_options& options = given == nullptr ? defaults : *given;
  const absl::StatusOr<AuditRequest> request = ToRequest(vkey, options);
  if (!request.ok()) return request.status();
  AuditReport audited;
  const absl::Status status = run(*request, ProgressOf(progress, context), audited);
  GiveReport(audited, *report);
  if (status.ok()) TellAccounts(audited.accounts, options);
  return status;
}

}  // namespace
}  // namespace hourbook::capi

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it
using hourbook::AuditProgress;
using hourbook::AuditReport;
using hourbook::AuditRequest;
using hourbook::FindingKind;

static_assert(HBK_FINDING_SIGNATURE == static_cast<uint32_t>(FindingKind::kSignature));
static_assert(HBK_FINDING_MALFORMED == static_cast<uint32_t>(FindingKind::kMalformed));
static_assert(HBK_FINDING_WITNESSES == static_cast<uint32_t>(FindingKind::kWitnesses));

// Names and meanings are string literals, so their data ends in a zero byte.
const char* hbk_finding_name(uint32_t finding) {
  return hourbook::NameOf(static_cast<FindingKind>(finding)).data();
}

const char* hbk_finding_meaning(uint32_t finding) {
  return hourbook::MeaningOf(static_cast<FindingKind>(finding)).data();
}

hbk_status hbk_audit(const char* publication, const char* vkey, const hbk_audit_options* options,
                     hbk_progress progress, void* context, hbk_audit_report* report,
                     hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (publication == nullptr || *publication == '\0') return Invalid("publication is NULL or empty");
    const hourbook::PublishedDirectory directory(publication);
    const auto run = [&](const AuditRequest& request, AuditProgress told, AuditReport& audited) {
      return hourbook::Audit(directory, request, told, audited);
    };
    return AuditWith(run, vkey, options, progress, context, report);
  });
}

hbk_status hbk_audit_ledger(hbk_snapshot* snapshot, const char* vkey,
                            const hbk_audit_options* options, hbk_progress progress, void* context,
                            hbk_audit_report* report, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    const auto run = [&](const AuditRequest& request, AuditProgress told, AuditReport& audited) {
      return hourbook::AuditLedger(*(*found)->snapshot, request, told, audited);
    };
    return AuditWith(run, vkey, options, progress, context, report);
  });
}
