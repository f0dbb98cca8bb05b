// Whom to trust with a log, as text (C2SP tlog-policy): the logs, their witnesses, and which of the
// witnesses must have cosigned. (The policy of rules/policy.h is another thing: the ledger's own.)
#ifndef LEDGER_CHAIN_TRUST_POLICY_H_
#define LEDGER_CHAIN_TRUST_POLICY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/chain/verifier.h"

namespace hourbook {

struct TrustPolicy {
  struct Log {
    Verifier key;     // its name is the log's origin
    std::string url;  // empty where none is given; so below
  };
  struct Witness {
    std::string name;  // in the policy; the key has its own
    Verifier key;
    std::string url;
  };
  // What a group or the quorum asks for.
  struct Member {
    enum Kind { kWitness, kGroup } kind;
    size_t index;  // in witnesses or groups
  };
  struct Group {
    std::string name;
    size_t threshold;             // from 1 to the number of members
    std::vector<Member> members;  // groups among them come before this one
  };

  std::vector<Log> logs;
  std::vector<Witness> witnesses;
  std::vector<Group> groups;
  std::optional<Member> quorum;  // nothing: no cosignature is asked for
};

inline constexpr size_t kTrustPolicyMaxSize = 100'000;  // bytes
// Of logs, of witnesses and of groups. That many cosignatures fit in a note beside a log's own.
inline constexpr size_t kTrustPolicyMaxOfEach = 60;

// InvalidArgument says which line is wrong. Strict: an unknown word, a name that is not defined
// above, a key or a name given twice are all refused, and so is a last line that is cut short.
absl::StatusOr<TrustPolicy> ParseTrustPolicy(absl::string_view text);

// The name of a quorum or a group's member; "none" for no quorum.
absl::string_view NameOf(const TrustPolicy& policy,
                         const std::optional<TrustPolicy::Member>& member);

}  // namespace hourbook

#endif  // LEDGER_CHAIN_TRUST_POLICY_H_
