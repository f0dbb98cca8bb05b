#include "tools/hourbook/json.h"

#include <cstddef>
#include <cstring>

#include "tools/hourbook/hex.h"
#include "tools/hourbook/names.h"
#include "tools/hourbook/output.h"

namespace hourbook::cli {
namespace {

Json FlagsJson(uint16_t flags) {
  Json json = Json::array();
  for (const Name& flag : FlagNames()) {
    if ((flags & flag.number) != 0) json.push_back(std::string(flag.text));
  }
  return json;
}

Json UnitJson(uint16_t unit) {
  return unit == HBK_UNIT_NONE ? Json(nullptr) : Json(NameOf(UnitNames(), unit));
}

// An index, or null where 0 stands for "none".
Json IndexJson(uint64_t index) { return index == 0 ? Json(nullptr) : Json(index); }

std::string TextAt(const hbk_entry& entry, size_t offset, size_t size) {
  const char* const text = reinterpret_cast<const char*>(&entry) + offset;
  return std::string(text, strnlen(text, size));
}

// What a genesis says lies over the fields that other entries have there (FORMAT.md); those are shown
// as they are too, so that the bytes can be made again.
void AddGenesis(const hbk_entry& genesis, Json& json) {
  uint8_t authority[16];
  std::memcpy(authority, &genesis.prev_debit, sizeof(authority));
  json["origin"] = TextAt(genesis, offsetof(hbk_entry, debit), 80);
  json["time_zone"] = TextAt(genesis, offsetof(hbk_entry, evidence), sizeof(genesis.evidence));
  json["utc_offset"] = static_cast<int32_t>(genesis.timeout);
  json["authority"] = HexJson(authority);
}

}  // namespace

Json HexJson(absl::Span<const uint8_t> bytes) {
  return IsZero(bytes) ? Json(nullptr) : Json(HexText(bytes));
}

Json BalanceJson(const hbk_balance& balance) {
  return {{"debits_posted", balance.debits_posted},
          {"credits_posted", balance.credits_posted},
          {"debits_pending", balance.debits_pending},
          {"credits_pending", balance.credits_pending}};
}

Json EntryJson(const hbk_entry& entry, const LocalClock& clock) {
  Json json = {{"index", entry.index},
               {"id", HexText(entry.id)},
               {"kind", NameOf(KindNames(), entry.kind)},
               {"debit", HexJson(entry.debit)},
               {"credit", HexJson(entry.credit)},
               {"ref", HexJson(entry.ref)},
               {"activity", HexJson(entry.activity)},
               {"recorder", HexJson(entry.recorder)},
               {"evidence", HexJson(entry.evidence)},
               {"amount", entry.amount},
               {"unit", UnitJson(entry.unit)},
               {"occurred_at", clock.Text(entry.occurred_at)},
               {"recorded_at", clock.Text(entry.recorded_at)},
               {"code", entry.code},
               {"timeout", entry.timeout},
               {"flags", FlagsJson(entry.flags)},
               {"prev_debit", IndexJson(entry.prev_debit)},
               {"prev_credit", IndexJson(entry.prev_credit)}};
  if (entry.kind == HBK_KIND_GENESIS) AddGenesis(entry, json);
  if (entry.kind == HBK_KIND_OPEN) json["party_kind"] = NameOf(PartyKindNames(), entry.code);
  if (entry.kind == HBK_KIND_POLICY) json["topic"] = NameOf(TopicNames(), entry.code);
  const bool has_name = entry.kind == HBK_KIND_POLICY && (entry.code == HBK_POLICY_UNIT ||
                                                          entry.code == HBK_POLICY_CATEGORY);
  if (has_name) {
    const auto* const name = reinterpret_cast<const char*>(entry.activity);
    json["name"] = std::string(name, strnlen(name, sizeof(entry.activity)));
  }
  return json;
}

void PrintJson(const Json& json) {
  // A ledger may hold bytes that are no UTF-8 in its origin; a reader must not fail on them.
  Print(json.dump(-1, ' ', false, Json::error_handler_t::replace));
  Print("\n");
}

}  // namespace hourbook::cli
