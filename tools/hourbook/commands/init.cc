// hourbook init: a new ledger.
#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/commands/party_argument.h"
#include "tools/hourbook/handles.h"
#include "tools/hourbook/local_time.h"
#include "tools/hourbook/output.h"

namespace hourbook::cli {
namespace {

struct InitArguments {
  std::string directory, origin, time_zone, created_at, authority;
};

// Clocks are known to change so far ahead; later changes are policy entries of their time.
constexpr int kLastPlannedYear = 2099;

absl::TimeZone LoadZone(const std::string& name) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (name.empty() || absl::LoadTimeZone(name, &zone)) return zone;
  throw CommandError(kExitUsage, absl::StrCat("the time zone '", name, "' is unknown; names are "
                                              "like Asia/Shanghai, and the package tzdata has "
                                              "them"));
}

// The offsets that the zone will have, as policy entries of the authority: what a local day is must
// not depend on the zone tables of whichever machine reads the ledger.
std::vector<hbk_entry> OffsetChanges(const absl::TimeZone& zone, int64_t from,
                                     absl::Span<const uint8_t> authority) {
  std::vector<hbk_entry> entries;
  absl::Time at = absl::FromUnixNanos(from);
  absl::TimeZone::CivilTransition transition;
  while (zone.NextTransition(at, &transition)) {
    at = zone.At(transition.to).trans;
    if (absl::ToCivilYear(at, zone).year() > kLastPlannedYear) break;
    const int offset = zone.At(at).offset;
    hbk_entry entry{};
    const int64_t instant = absl::ToUnixNanos(at);
    std::memcpy(entry.id, "utc offset", 8);
    std::memcpy(entry.id + 8, &instant, sizeof(instant));
    std::copy(authority.begin(), authority.end(), entry.recorder);
    entry.amount = static_cast<uint64_t>(int64_t{offset});
    entry.occurred_at = instant;
    entry.recorded_at = from;
    entry.kind = HBK_KIND_POLICY;
    entry.flags = HBK_FLAG_IMPORTED;
    entry.code = HBK_POLICY_UTC_OFFSET;
    entries.push_back(entry);
  }
  return entries;
}

// The authority as a party: a recorder.
hbk_entry OpenAuthority(const Id& party, int64_t created_at) {
  hbk_entry open{};
  std::memcpy(open.id, "authority opened", sizeof(open.id));
  std::copy(party.begin(), party.end(), open.credit);
  open.occurred_at = created_at;
  open.recorded_at = created_at;
  open.kind = HBK_KIND_OPEN;
  open.flags = HBK_FLAG_IMPORTED;
  open.code = HBK_PARTY_RECORDER;
  return open;
}

int64_t CreationTime(const InitArguments& arguments) {
  if (arguments.created_at.empty()) return absl::GetCurrentTimeNanos();
  const std::optional<int64_t> time = ParseTime(arguments.created_at);
  if (time) return *time;
  throw CommandError(kExitUsage, absl::StrCat("--created-at: '", arguments.created_at,
                                              "' is no time like 2025-01-01T00:00:00+08:00"));
}

void Init(const InitArguments& arguments) {
  const absl::TimeZone zone = LoadZone(arguments.time_zone);
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  options.origin = arguments.origin.c_str();
  options.time_zone = arguments.time_zone.c_str();
  options.created_at = CreationTime(arguments);
  options.utc_offset = zone.At(absl::FromUnixNanos(options.created_at)).offset;
  std::vector<hbk_entry> first;
  if (!arguments.authority.empty()) {
    const Id authority = ParsePartyId(arguments.authority, "--authority");
    std::copy(authority.begin(), authority.end(), options.authority);
    first.push_back(OpenAuthority(authority, options.created_at));
  }
  const std::vector<hbk_entry> offsets =
      OffsetChanges(zone, options.created_at, options.authority);
  first.insert(first.end(), offsets.begin(), offsets.end());
  hbk_error error = HBK_ERROR_INIT;
  hbk_ledger* created = nullptr;
  Check(hbk_create(arguments.directory.c_str(), &options, &created, &error), error);
  const LedgerHandle ledger(created);
  if (!first.empty()) {
    std::vector<hbk_result> results(first.size());
    Check(hbk_append(created, first.data(), static_cast<uint32_t>(first.size()), HBK_FOREVER,
                     results.data(), &error),
          error);
    for (const hbk_result& result : results) Check(result.status, error);
  }
  Print(absl::StrCat("Made the ledger ", arguments.origin, " in ", arguments.directory, ".\n"));
  Flush();
}

}  // namespace

void AddInitCommand(CLI::App& app) {
  auto arguments = std::make_shared<InitArguments>();
  CLI::App* const command = app.add_subcommand(
      "init",
      "Make a new ledger.\n"
      "Example: hourbook init town.ledger --origin town.example/hours --time-zone Asia/Shanghai");
  command->add_option("DIR", arguments->directory, "Where; its parent must exist")->required();
  command->add_option("--origin", arguments->origin,
                      "The ledger's name, for ever: 1 to 80 bytes without spaces")
      ->required();
  command->add_option("--time-zone", arguments->time_zone,
                      "Whose days are the ledger's days (default: UTC)");
  command->add_option("--created-at", arguments->created_at,
                      "Before the first event, for importing past years (default: now); RFC 3339");
  command->add_option("--authority", arguments->authority,
                      "The party, 32 hexadecimal digits, that alone may write policy and say who\n"
                      "else may (default: anybody, until a policy entry names one)");
  command->callback([arguments] { Init(*arguments); });
}

}  // namespace hourbook::cli
