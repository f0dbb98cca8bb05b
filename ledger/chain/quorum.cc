#include "ledger/chain/quorum.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace hourbook {
namespace {

using Member = TrustPolicy::Member;

absl::Status MissedQuorum(const TrustPolicy& policy, const CosignedAt& cosigned) {
  std::vector<absl::string_view> names;
  for (size_t i = 0; i < cosigned.size(); ++i) {
    if (cosigned[i] != 0) names.push_back(policy.witnesses[i].name);
  }
  return absl::DataLossError(absl::StrCat(
      "the policy's quorum ", NameOf(policy, policy.quorum),
      " is missed; the checkpoint was cosigned by ", names.empty() ? "none of its witnesses" : absl::StrJoin(names, ", ")));
}

absl::Status CheckSigned(const Checkpoint& checkpoint, const Verifier& key, bool is_signed) {
  if (!is_signed) {
    return absl::DataLossError(
        absl::StrCat("the checkpoint bears no signature of ", key.name, " by this key"));
  }
  if (checkpoint.origin == key.name) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the checkpoint is of ", checkpoint.origin, ", not of ", key.name));
}

// The keys, in this order: the policy's witnesses, its logs, and the log asked for.
std::vector<Verifier> KeysOf(const TrustPolicy& policy, const std::optional<Verifier>& log) {
  std::vector<Verifier> keys;
  for (const TrustPolicy::Witness& witness : policy.witnesses) keys.push_back(witness.key);
  for (const TrustPolicy::Log& listed : policy.logs) keys.push_back(listed.key);
  if (log) keys.push_back(*log);
  return keys;
}

}  // namespace

bool HasQuorum(const TrustPolicy& policy, const CosignedAt& cosigned) {
  if (!policy.quorum) return true;
  std::vector<bool> groups;  // those that have witnessed; each asks for earlier ones only
  const auto witnessed = [&](const Member& member) {
    return member.kind == Member::kGroup ? groups[member.index] : cosigned[member.index] != 0;
  };
  for (const TrustPolicy::Group& group : policy.groups) {
    const auto count = std::count_if(group.members.begin(), group.members.end(), witnessed);
    groups.push_back(static_cast<size_t>(count) >= group.threshold);
  }
  return witnessed(*policy.quorum);
}

absl::StatusOr<TrustedCheckpoint> OpenTrusted(absl::string_view note, const TrustPolicy& policy,
                                              const std::optional<Verifier>& log) {
  const absl::StatusOr<Note> parsed = ParseNote(note);
  if (!parsed.ok()) return parsed.status();
  const std::vector<Verifier> keys = KeysOf(policy, log);
  const absl::StatusOr<std::vector<Signed>> found = VerifyNote(*parsed, keys);
  if (!found.ok()) return found.status();
  absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(parsed->text);
  if (!checkpoint.ok()) return checkpoint.status();
  CosignedAt cosigned(policy.witnesses.size(), 0);
  bool by_listed = false, by_log = false;
  for (const Signed& one : *found) {
    if (one.verifier < cosigned.size()) {
      cosigned[one.verifier] = one.time;
    } else if (log && one.verifier + 1 == keys.size()) {
      by_log = true;
    } else {
      by_listed |= keys[one.verifier].name == checkpoint->origin;
    }
  }
  if (log) {
    const absl::Status checked = CheckSigned(*checkpoint, *log, by_log);
    if (!checked.ok()) return checked;
  }
  if (!by_listed && (!log || !policy.logs.empty())) {
    return absl::DataLossError(absl::StrCat("the checkpoint of ", checkpoint->origin,
                                            " bears no signature of a log of the policy"));
  }
  if (!HasQuorum(policy, cosigned)) return MissedQuorum(policy, cosigned);
  return TrustedCheckpoint{.checkpoint = *std::move(checkpoint), .cosigned = std::move(cosigned)};
}

}  // namespace hourbook
