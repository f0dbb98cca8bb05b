#include "tests/model/text.h"

#include <cctype>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace hourbook {

std::string NameOfId(const Id& id) {
  uint64_t number = 0;
  std::memcpy(&number, id.data() + 8, sizeof(number));
  const bool named = std::isalpha(id[0]) != 0 && id[1] == 0;
  return named ? absl::StrCat(std::string(1, static_cast<char>(id[0])), number)
               : HexEncode(absl::MakeConstSpan(id));
}

std::string ToText(const Balance& b) {
  return absl::StrCat("debits ", b.debits_posted, "+", b.debits_pending, " credits ", b.credits_posted, "+",
                      b.credits_pending);
}

std::string ToText(const Entry& entry) {
  std::string text = absl::StrCat("kind ", entry.kind, " id ", NameOfId(entry.id));
  const auto add = [&](absl::string_view name, const Id& id) {
    if (id != kNoId) absl::StrAppend(&text, " ", name, " ", NameOfId(id));
  };
  add("debit", entry.debit);
  add("credit", entry.credit);
  add("ref", entry.ref);
  add("activity", entry.activity);
  add("recorder", entry.recorder);
  absl::StrAppend(&text, " amount ", entry.amount, " unit ", entry.unit, " code ", entry.code, " flags ",
                  entry.flags, " timeout ", entry.timeout, " occurred_at ", entry.occurred_at,
                  " recorded_at ", entry.recorded_at);
  if (entry.evidence != Hash{}) absl::StrAppend(&text, " evidence ", HexEncode(entry.evidence));
  return text;
}

std::string Line(const Entry& entry) {
  constexpr uint64_t kOffset = 14'695'981'039'346'656'037U, kPrime = 1'099'511'628'211;  // FNV-1a
  uint64_t sum = kOffset;
  for (const uint8_t byte : EntryBytes(entry)) sum = (sum ^ byte) * kPrime;
  return absl::StrCat(entry.index, "/", absl::Hex(sum));
}

std::string LineOf(const Hash& hash) { return HexEncode(hash).substr(0, 16); }

std::string Failed(hbk_status status) { return hbk_status_name(status); }

}  // namespace hourbook
