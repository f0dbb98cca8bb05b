// hourbook expire: what is old and unspent goes, for everybody at once.
#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/commands/listing.h"
#include "tools/hourbook/commands/party_argument.h"
#include "tools/hourbook/entry_writer.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/import/pseudonym.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/names.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/table.h"

namespace hourbook::cli {
namespace {

struct ExpireArguments {
  std::string directory, unit = "point", to, until, recorder;
  bool dry_run = false, json = false;
};

// Somebody who may have something to lose.
struct Holder {
  hbk_party party;
  hbk_balance balance;
};

std::vector<Holder> HoldersOf(hbk_snapshot* snapshot, uint16_t unit) {
  std::vector<Holder> holders;
  std::vector<hbk_party> page(kPage);
  uint32_t count = kPage;
  hbk_error error = HBK_ERROR_INIT;
  for (uint64_t first = 0; count > 0; first += count) {
    Check(hbk_parties(snapshot, first, page.data(), kPage, &count, &error), error);
    for (const hbk_party& party : absl::MakeConstSpan(page).first(count)) {
      const bool is_person =
          party.kind == HBK_PARTY_VOLUNTEER || party.kind == HBK_PARTY_BENEFICIARY;
      if (!is_person) continue;
      hbk_balance balance;
      Check(hbk_account_balance(snapshot, party.id, unit, &balance, &error), error);
      if (balance.credits_posted > balance.debits_posted + balance.debits_pending) {
        holders.push_back({party, balance});
      }
    }
  }
  return holders;
}

class Expirer {
 public:
  explicit Expirer(const ExpireArguments& arguments)
      : arguments_(arguments),
        unit_(ParseUnit(arguments.unit)),
        to_(ParsePartyId(arguments.to, "--to")),
        writer_(arguments.directory, arguments.dry_run),
        clock_(ReadClock(writer_.snapshot(), ReadStat(writer_.snapshot()))),
        until_(ParseInstant(clock_, arguments.until)) {
    if (!arguments.recorder.empty()) recorder_ = ParsePartyId(arguments.recorder, "--recorder");
  }

  void Run() {
    const std::vector<Holder> holders = HoldersOf(writer_.snapshot(), unit_);
    std::vector<hbk_entry> entries;
    entries.reserve(holders.size());
    for (const Holder& holder : holders) entries.push_back(EntryFor(holder));
    const std::vector<hbk_result> results = writer_.Send(entries);
    const SnapshotHandle after = OpenSnapshot(writer_.ledger());
    Table table({{"party"}, {"expires", Table::Align::kRight}, {"status"}});
    for (size_t i = 0; i < holders.size(); ++i) Note(holders[i], results[i], after.get(), table);
    Tell(table);
  }

 private:
  // One for each account as it stands and time, so that two runs at once let nothing expire twice;
  // of two after each other, the rules leave the second nothing but what has come free since.
  hbk_entry EntryFor(const Holder& holder) const {
    hbk_entry entry{};
    const hbk_party& party = holder.party;
    const Id id = Secret(Hash{}).Pseudonym(
        "expire", absl::StrCat(HexText(party.id), " ", unit_, " ", until_, " ",
                               holder.balance.debits_posted, " ", holder.balance.debits_pending));
    std::copy(id.begin(), id.end(), entry.id);
    std::copy(std::begin(party.id), std::end(party.id), entry.debit);
    std::copy(to_.begin(), to_.end(), entry.credit);
    std::copy(recorder_.begin(), recorder_.end(), entry.recorder);
    entry.occurred_at = until_;
    entry.kind = HBK_KIND_EXPIRE;
    entry.unit = unit_;
    return entry;
  }

  // As it was recorded; or, in a dry run, what would be gone.
  uint64_t AmountOf(const Holder& holder, const hbk_result& result, hbk_snapshot* after) const {
    if (arguments_.dry_run) return result.debit.debits_posted - holder.balance.debits_posted;
    hbk_entry entry;
    hbk_error error = HBK_ERROR_INIT;
    Check(hbk_entry_by_index(after, result.index, &entry, nullptr, &error), error);
    return entry.amount;
  }

  void Note(const Holder& holder, const hbk_result& result, hbk_snapshot* after, Table& table) {
    if (result.status == HBK_NOT_EXPIRED) return;  // has nothing so old
    const uint64_t amount = result.status == HBK_OK ? AmountOf(holder, result, after) : 0;
    if (result.status == HBK_EXISTS) {
      ++before_;
    } else if (result.status == HBK_OK) {
      ++expired_;
      total_ += amount;
    } else {
      ++refused_;
    }
    if (arguments_.json) {
      PrintJson({{"party", HexText(holder.party.id)},
                 {"unit", arguments_.unit},
                 {"amount", amount},
                 {"status", hbk_status_name(result.status)},
                 {"dry_run", arguments_.dry_run}});
      return;
    }
    table.AddRow({HexText(holder.party.id), GroupedText(amount), hbk_status_name(result.status)});
  }

  void Tell(Table& table) const {
    if (!arguments_.json) {
      if (table.rows() > 0) Print(table.TakeText());
      Print(absl::StrCat(arguments_.dry_run ? "Would expire: " : "Expired: ", GroupedText(total_),
                         " of ", GroupedText(expired_), " parties; ", GroupedText(before_),
                         " had expired before, ", GroupedText(refused_), " were refused.\n"));
    }
    Flush();
    if (refused_ > 0) throw CommandError(kExitRefused, "the rules refused some; see their status");
  }

  const ExpireArguments& arguments_;
  const uint16_t unit_;
  const Id to_;
  Id recorder_{};
  const EntryWriter writer_;
  const LocalClock clock_;
  const int64_t until_;
  uint64_t total_ = 0, expired_ = 0, before_ = 0, refused_ = 0;
};

}  // namespace

void AddExpireCommand(CLI::App& app) {
  auto arguments = std::make_shared<ExpireArguments>();
  CLI::App* const command = app.add_subcommand(
      "expire",
      "Let expire, for everybody, what was credited before a day and is not spent or held: first\n"
      "in, first out. Policy (expiry_days) must let it by now. Running it again is safe.\n"
      "Example: hourbook expire town.ledger --until 2025-01-01 --to PROGRAMME --dry-run");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_option("--until", arguments->until, "What was credited before this date or time")
      ->required();
  command->add_option("--to", arguments->to, "The programme or sponsor that it goes back to")
      ->required();
  command->add_option("--unit", arguments->unit, "point or bank-minute")->capture_default_str();
  command->add_option("--recorder", arguments->recorder, "The party that answers for it");
  command->add_flag("--dry-run", arguments->dry_run, "Only tell what would expire");
  command->add_flag("--json", arguments->json, "Print a JSON object a line");
  command->callback([arguments] { Expirer(*arguments).Run(); });
}

}  // namespace hourbook::cli
