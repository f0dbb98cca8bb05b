#include "tools/hourbook/names.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/hourbook.h"

namespace hourbook::cli {
namespace {

constexpr Name kKinds[] = {
    {"genesis", HBK_KIND_GENESIS}, {"open", HBK_KIND_OPEN},         {"close", HBK_KIND_CLOSE},
    {"service", HBK_KIND_SERVICE}, {"award", HBK_KIND_AWARD},       {"redeem", HBK_KIND_REDEEM},
    {"settle", HBK_KIND_SETTLE},   {"transfer", HBK_KIND_TRANSFER}, {"reverse", HBK_KIND_REVERSE},
    {"post", HBK_KIND_POST},       {"void", HBK_KIND_VOID},         {"policy", HBK_KIND_POLICY},
    {"anchor", HBK_KIND_ANCHOR},   {"erase", HBK_KIND_ERASE},       {"freeze", HBK_KIND_FREEZE},
    {"expire", HBK_KIND_EXPIRE},   {"training", HBK_KIND_TRAINING}, {"legacy", HBK_KIND_LEGACY},
    {"inspection", HBK_KIND_INSPECTION},
    {"contribution", HBK_KIND_CONTRIBUTION},
    {"distribution", HBK_KIND_DISTRIBUTION},
    {"link", HBK_KIND_LINK},
};

constexpr Name kPartyKinds[] = {
    {"volunteer", HBK_PARTY_VOLUNTEER}, {"team", HBK_PARTY_TEAM},
    {"programme", HBK_PARTY_PROGRAMME}, {"station", HBK_PARTY_STATION},
    {"sponsor", HBK_PARTY_SPONSOR},     {"beneficiary", HBK_PARTY_BENEFICIARY},
    {"recorder", HBK_PARTY_RECORDER},
};

constexpr Name kUnits[] = {
    {"minute", HBK_UNIT_MINUTE},
    {"point", HBK_UNIT_POINT},
    {"bank-minute", HBK_UNIT_BANK_MINUTE},
};

constexpr Name kTopics[] = {
    {"utc_offset", HBK_POLICY_UTC_OFFSET},
    {"max_service_minutes", HBK_POLICY_MAX_SERVICE_MINUTES},
    {"daily_cap_minutes", HBK_POLICY_DAILY_CAP_MINUTES},
    {"tariff", HBK_POLICY_TARIFF},
    {"budget", HBK_POLICY_BUDGET},
    {"grant", HBK_POLICY_GRANT},
    {"transfer", HBK_POLICY_TRANSFER},
    {"authority", HBK_POLICY_AUTHORITY},
    {"monthly_cap_minutes", HBK_POLICY_MONTHLY_CAP_MINUTES},
    {"monthly_cap_points", HBK_POLICY_MONTHLY_CAP_POINTS},
    {"daily_redemptions", HBK_POLICY_DAILY_REDEMPTIONS},
    {"most_held", HBK_POLICY_MOST_HELD},
    {"redeem_from", HBK_POLICY_REDEEM_FROM},
    {"second_person", HBK_POLICY_SECOND_PERSON},
    {"backdating_days", HBK_POLICY_BACKDATING_DAYS},
    {"calendar_day", HBK_POLICY_CALENDAR_DAY},
    {"rounding", HBK_POLICY_ROUNDING},
    {"month_budget", HBK_POLICY_MONTH_BUDGET},
    {"year_budget", HBK_POLICY_YEAR_BUDGET},
    {"grant_once", HBK_POLICY_GRANT_ONCE},
    {"expiry_days", HBK_POLICY_EXPIRY_DAYS},
    {"debt_limit", HBK_POLICY_DEBT_LIMIT},
    {"unit", HBK_POLICY_UNIT},
    {"category", HBK_POLICY_CATEGORY},
    {"relative", HBK_POLICY_RELATIVE},
    {"pool", HBK_POLICY_POOL},
    {"bank_rate", HBK_POLICY_BANK_RATE},
    {"bank_budget", HBK_POLICY_BANK_BUDGET},
    {"post_when_over", HBK_POLICY_POST_WHEN_OVER},
    {"second_person_cap", HBK_POLICY_SECOND_PERSON_CAP},
    {"importing", HBK_POLICY_IMPORTING},
};

constexpr Name kFlags[] = {
    {"linked", HBK_FLAG_LINKED},
    {"pending", HBK_FLAG_PENDING},
    {"imported", HBK_FLAG_IMPORTED},
    {"checked-in", HBK_FLAG_CHECKED_IN},
    {"supervised", HBK_FLAG_SUPERVISED},
    {"administered", HBK_FLAG_ADMINISTERED},
    {"late", HBK_FLAG_LATE},
};

}  // namespace

absl::Span<const Name> KindNames() { return kKinds; }
absl::Span<const Name> PartyKindNames() { return kPartyKinds; }
absl::Span<const Name> UnitNames() { return kUnits; }
absl::Span<const Name> TopicNames() { return kTopics; }
absl::Span<const Name> FlagNames() { return kFlags; }

std::optional<uint16_t> NumberOf(absl::Span<const Name> names, absl::string_view text) {
  for (const Name& name : names) {
    if (name.text == text) return name.number;
  }
  return std::nullopt;
}

std::string NameOf(absl::Span<const Name> names, uint16_t number) {
  for (const Name& name : names) {
    if (name.number == number) return std::string(name.text);
  }
  return absl::StrCat(number);
}

std::string ListOf(absl::Span<const Name> names) {
  return absl::StrJoin(names, ", ", [](std::string* out, const Name& name) {
    absl::StrAppend(out, name.text);
  });
}

}  // namespace hourbook::cli
