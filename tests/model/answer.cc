#include "tests/model/answer.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/model/text.h"

namespace hourbook {
namespace {

Entry ToEntry(const hbk_entry& from) {
  Entry entry;
  static_assert(sizeof(entry) == sizeof(from));
  std::memcpy(&entry, &from, sizeof(entry));
  return entry;
}

Hash ToHash(const uint8_t (&bytes)[32]) {
  Hash hash;
  std::memcpy(hash.data(), bytes, hash.size());
  return hash;
}

Id ToId(const uint8_t (&bytes)[16]) {
  Id id;
  std::memcpy(id.data(), bytes, id.size());
  return id;
}

std::string TextOf(const hbk_balance& b) {
  return ToText(Balance{b.debits_posted, b.credits_posted, b.debits_pending, b.credits_pending});
}

std::string TextOf(const hbk_checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.size, " ", LineOf(ToHash(checkpoint.root)));
}

// A call that fills a caller's buffer, asked for the length first.
template <class Call>
hbk_status Fill(std::string& text, Call call) {
  size_t length = 0;
  const hbk_status asked = call(nullptr, 0, &length);
  if (asked != HBK_TOO_SMALL) return asked;
  text.resize(length + 1);
  const hbk_status status = call(text.data(), text.size(), &length);
  text.resize(length);
  return status;
}

hbk_status Published(const Asked& asked, std::string& note) {
  return Fill(note, [&](char* text, size_t capacity, size_t* length) {
    return hbk_published_checkpoint(asked.ledger, text, capacity, length, nullptr);
  });
}

std::string Stat(const Asked& asked) {
  hbk_stat stat = HBK_STAT_INIT;
  if (const hbk_status s = hbk_snapshot_stat(asked.snapshot, &stat, nullptr); s != HBK_OK) return Failed(s);
  return absl::StrCat(stat.origin, " ", stat.utc_offset, " ", stat.created_at, " ", stat.last_recorded_at,
                      " size ", stat.size, " parties ", stat.parties, " accounts ", stat.accounts, " holds ",
                      stat.holds, " root ", LineOf(ToHash(stat.root)), " authority ",
                      NameOfId(ToId(stat.authority)));
}

std::string Units(const Asked& asked, const Question& question) {
  std::vector<uint16_t> units(question.capacity + 1);
  uint32_t count = 0;
  const hbk_status s =
      hbk_account_units(asked.snapshot, question.id.data(), units.data(), question.capacity, &count, nullptr);
  if (s == HBK_TOO_SMALL) return absl::StrCat(Failed(s), " ", count);
  if (s != HBK_OK) return Failed(s);
  units.resize(count);
  return absl::StrCat("units ", absl::StrJoin(units, " "));
}

std::string OneEntry(const Asked& asked, const Question& question) {
  hbk_entry entry;
  uint8_t leaf[32];
  const hbk_status s = question.what == What::kEntryById
                           ? hbk_entry_by_id(asked.snapshot, question.id.data(), &entry, leaf, nullptr)
                           : hbk_entry_by_index(asked.snapshot, question.number, &entry, leaf, nullptr);
  return s == HBK_OK ? absl::StrCat(Line(ToEntry(entry)), " ", LineOf(ToHash(leaf))) : Failed(s);
}

std::string Parties(const Asked& asked, const Question& question) {
  std::vector<hbk_party> parties(question.capacity + 1);
  uint32_t count = 0;
  const hbk_status s =
      hbk_parties(asked.snapshot, question.number, parties.data(), question.capacity, &count, nullptr);
  if (s != HBK_OK) return Failed(s);
  std::string text = "parties";
  for (uint32_t i = 0; i < count; ++i) {
    absl::StrAppend(&text, " ", NameOfId(ToId(parties[i].id)), ":", parties[i].opened, ":", parties[i].kind,
                    ":", parties[i].standing);
  }
  return text;
}

std::string Inclusion(const Asked& asked, const Question& question) {
  std::string note, proof;
  if (const hbk_status s = Published(asked, note); s != HBK_OK)
    return absl::StrCat("unpublished ", Failed(s));
  const hbk_status made = Fill(proof, [&](char* text, size_t capacity, size_t* length) {
    return hbk_prove_inclusion(asked.snapshot, question.number, note.data(), note.size(), text, capacity,
                               length, nullptr);
  });
  if (made != HBK_OK) return Failed(made);
  hbk_entry entry;
  uint64_t index = 0;
  hbk_checkpoint checkpoint;
  const hbk_status s = hbk_check_inclusion(proof.data(), proof.size(), asked.vkey.c_str(), nullptr, &entry,
                                           &index, &checkpoint, nullptr);
  if (s != HBK_OK) return absl::StrCat("proof ", Failed(s));
  return absl::StrCat(Line(ToEntry(entry)), " at ", index, " of ", TextOf(checkpoint));
}

std::string Consistency(const Asked& asked, const Question& question) {
  std::string note, proof;
  if (const hbk_status s = Published(asked, note); s != HBK_OK)
    return absl::StrCat("unpublished ", Failed(s));
  const hbk_status made = Fill(proof, [&](char* text, size_t capacity, size_t* length) {
    return hbk_prove_consistency(asked.snapshot, question.number, note.data(), note.size(), text, capacity,
                                 length, nullptr);
  });
  if (made != HBK_OK) return Failed(made);
  uint8_t root[32];
  if (const hbk_status s = hbk_root(asked.snapshot, question.number, root, nullptr); s != HBK_OK)
    return Failed(s);
  hbk_checkpoint checkpoint;
  const hbk_status s = hbk_check_consistency(proof.data(), proof.size(), asked.vkey.c_str(), nullptr, 0, root,
                                             nullptr, &checkpoint, nullptr);
  if (s != HBK_OK) return absl::StrCat("proof ", Failed(s));
  return absl::StrCat("from ", question.number, " to ", TextOf(checkpoint));
}

std::string ProvenStatement(const Asked& asked, const Question& question) {
  std::string note, statement;
  if (const hbk_status s = Published(asked, note); s != HBK_OK)
    return absl::StrCat("unpublished ", Failed(s));
  const auto take = [](void* context, const char* text, size_t length) {
    static_cast<std::string*>(context)->append(text, length);
    return 0;
  };
  hbk_statement_made made;
  const hbk_status proved =
      hbk_prove_statement(asked.snapshot, question.id.data(), question.unit, question.filter.from,
                          question.filter.until, note.data(), note.size(), take, &statement, &made, nullptr);
  if (proved != HBK_OK) return Failed(proved);
  std::string lines;
  const auto see = [](void* context, const hbk_entry* entry) {
    absl::StrAppend(static_cast<std::string*>(context), " ", Line(ToEntry(*entry)));
    return 0;
  };
  hbk_statement_checked checked = HBK_STATEMENT_CHECKED_INIT;
  const hbk_status s = hbk_check_statement(statement.data(), statement.size(), asked.vkey.c_str(), see,
                                           &lines, &checked, nullptr);
  if (s != HBK_OK) return absl::StrCat("statement ", Failed(s));
  return absl::StrCat("of ", TextOf(checked.checkpoint), " beyond ", made.beyond, " entries", lines);
}

std::string ListOf(const Asked& asked, const Question& question) {
  hbk_cursor* cursor = nullptr;
  if (const hbk_status s = OpenCursor(asked.snapshot, question, &cursor); s != HBK_OK) return Failed(s);
  std::string text = ReadToEnd(cursor, question.capacity);
  hbk_cursor_close(cursor);
  return text;
}

}  // namespace

hbk_status OpenCursor(hbk_snapshot* snapshot, const Question& question, hbk_cursor** cursor) {
  hbk_filter filter = HBK_FILTER_INIT;
  filter.kind = question.filter.kind;
  filter.unit = question.filter.unit;
  filter.code = question.filter.code;
  std::memcpy(filter.activity, question.filter.activity.data(), sizeof(filter.activity));
  filter.from = question.filter.from;
  filter.until = question.filter.until;
  return question.what == What::kEntries
             ? hbk_entries_open(snapshot, question.number, &filter, cursor, nullptr)
             : hbk_statement_open(snapshot, question.id.data(), question.unit, &filter, cursor, nullptr);
}

std::string ReadPage(hbk_cursor* cursor, uint32_t capacity) {
  std::vector<hbk_entry> page(capacity + 1);
  uint32_t count = 0;
  const hbk_status s = hbk_cursor_next(cursor, page.data(), capacity, &count, nullptr);
  if (s != HBK_OK) return Failed(s);
  std::string text;
  for (uint32_t i = 0; i < count; ++i) absl::StrAppend(&text, " ", Line(ToEntry(page[i])));
  return text;
}

std::string ReadToEnd(hbk_cursor* cursor, uint32_t capacity) {
  std::string text, page;
  do {
    page = ReadPage(cursor, capacity);
    absl::StrAppend(&text, page);
  } while (!page.empty() && page[0] == ' ');  // else it is the name of a status
  return text;
}

std::string AuditText(const Asked& asked, const std::string& publication, bool remembers) {
  const std::string seen = absl::StrCat(asked.home, "/seen");
  std::vector<std::string> accounts;
  hbk_audit_options options = HBK_AUDIT_OPTIONS_INIT;
  options.threads = 1;
  options.scratch_directory = asked.home.c_str();
  if (remembers) options.state_file = seen.c_str();
  options.account_context = &accounts;
  options.account = [](void* context, const hbk_party* party, uint16_t unit, const hbk_balance* balance) {
    static_cast<std::vector<std::string>*>(context)->push_back(
        absl::StrCat(NameOfId(ToId(party->id)), ":", unit, " ", TextOf(*balance)));
  };
  hbk_audit_report report = HBK_AUDIT_REPORT_INIT;
  const hbk_status s =
      publication.empty()
          ? hbk_audit_ledger(asked.snapshot, asked.vkey.c_str(), &options, nullptr, nullptr, &report, nullptr)
          : hbk_audit(publication.c_str(), asked.vkey.c_str(), &options, nullptr, nullptr, &report, nullptr);
  if (s != HBK_OK && s != HBK_UNSOUND) return Failed(s);
  std::sort(accounts.begin(), accounts.end());
  return absl::StrCat(Failed(s), " ", hbk_finding_name(report.finding), " ", TextOf(report.checkpoint),
                      " seen ", report.seen_size, " parties ", report.parties, " accounts ", report.accounts,
                      "\n", absl::StrJoin(accounts, "\n"));
}

std::string Answer(const Asked& asked, const Question& question) {
  switch (question.what) {
    case What::kStat:
      return Stat(asked);
    case What::kRoot: {
      uint8_t root[32];
      const hbk_status s = hbk_root(asked.snapshot, question.number, root, nullptr);
      return s == HBK_OK ? LineOf(ToHash(root)) : Failed(s);
    }
    case What::kBalance: {
      hbk_balance balance;
      const hbk_status s =
          hbk_account_balance(asked.snapshot, question.id.data(), question.unit, &balance, nullptr);
      return s == HBK_OK ? TextOf(balance) : Failed(s);
    }
    case What::kUnits:
      return Units(asked, question);
    case What::kEntryByIndex:
    case What::kEntryById:
      return OneEntry(asked, question);
    case What::kParties:
      return Parties(asked, question);
    case What::kEntries:
    case What::kStatement:
      return ListOf(asked, question);
    case What::kInclusion:
      return Inclusion(asked, question);
    case What::kConsistency:
      return Consistency(asked, question);
    case What::kProvenStatement:
      return ProvenStatement(asked, question);
    case What::kAuditLedger:
      return AuditText(asked, "", false);
    case What::kVerify:
      return Failed(hbk_verify(asked.snapshot, nullptr, nullptr, nullptr));
  }
  return "no such question";
}

}  // namespace hourbook
