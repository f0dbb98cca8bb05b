// hourbook append: entries from standard input, a JSON object a line.
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/append/entry_parser.h"
#include "tools/hourbook/append/line_reader.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/handles.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

constexpr size_t kLongestLine = size_t{64} * 1024;

class Appender {
 public:
  explicit Appender(const std::string& directory) {
    hbk_error error = HBK_ERROR_INIT;
    hbk_ledger* ledger = nullptr;
    Check(hbk_open(directory.c_str(), nullptr, &ledger, &error), error);
    ledger_.reset(ledger);
    const SnapshotHandle snapshot = OpenSnapshot(ledger);
    clock_ = ReadClock(snapshot.get(), ReadStat(snapshot.get()));
  }

  // Whether the rules accepted everything.
  bool Run() {
    LineReader lines(STDIN_FILENO, kLongestLine);
    absl::string_view line;
    LineReader::Result result;
    while ((result = lines.Next(line)) == LineReader::Result::kLine) {
      if (line.find_first_not_of(" \t\r") == absl::string_view::npos) continue;
      Take(line, lines.number());
    }
    if (result == LineReader::Result::kTooLong) {
      Fail(lines.number(), kLongestLine, absl::StrCat("the line has more than ", kLongestLine,
                                                      " bytes"));
    }
    if (result == LineReader::Result::kFailed) {
      Fail(lines.number() + 1, 1,
           absl::StrCat("cannot read: ", std::generic_category().message(errno)));
    }
    Send(batch_.size());
    return !any_refused_;
  }

 private:
  struct Pending {
    uint64_t line;
    hbk_entry entry;
  };

  // What was sent before stands; nothing of the batch that the line belongs to is sent.
  [[noreturn]] void Fail(uint64_t line, size_t column, const std::string& what) {
    Flush();
    throw CommandError(
        kExitError,
        absl::StrCat("standard input:", line, ":", column, ": ", what, "; ",
                     batch_.empty() ? "everything before is recorded or refused as printed"
                                    : absl::StrCat("nothing from line ", batch_.front().line,
                                                   " on was sent")));
  }

  void Take(absl::string_view line, uint64_t number) {
    try {
      batch_.push_back({number, ParseEntry(line)});
    } catch (const EntrySyntaxError& error) {
      Fail(number, error.column(), error.what());
    }
    if (batch_.size() > HBK_BATCH_MAX) Send(ChainEnd());
  }

  // How many from the front can be sent without cutting a chain in two.
  size_t ChainEnd() {
    size_t end = HBK_BATCH_MAX;
    while (end > 0 && (batch_[end - 1].entry.flags & HBK_FLAG_LINKED) != 0) --end;
    if (end == 0) Fail(batch_.back().line, 1, "a chain is longer than a batch of 8,192 entries");
    return end;
  }

  void Send(size_t count) {
    if (count == 0) return;
    std::vector<hbk_entry> entries;
    for (size_t i = 0; i < count; ++i) entries.push_back(batch_[i].entry);
    std::vector<hbk_result> results(count);
    hbk_error error = HBK_ERROR_INIT;
    Check(hbk_append(ledger_.get(), entries.data(), static_cast<uint32_t>(count), HBK_FOREVER,
                     results.data(), &error),
          error);
    for (size_t i = 0; i < count; ++i) PrintResult(batch_[i], results[i]);
    Flush();
    batch_.erase(batch_.begin(), batch_.begin() + static_cast<ptrdiff_t>(count));
  }

  void PrintResult(const Pending& sent, const hbk_result& result) {
    const bool stands = result.status == HBK_OK || result.status == HBK_EXISTS;
    any_refused_ |= !stands;
    Json json = {{"line", sent.line},
                 {"id", HexText(sent.entry.id)},
                 {"status", hbk_status_name(result.status)}};
    if (stands) {
      json["index"] = result.index;
      json["recorded_at"] = clock_.Text(result.recorded_at);
      json["debit"] = BalanceJson(result.debit);
      json["credit"] = BalanceJson(result.credit);
    } else {
      json["message"] = hbk_status_message(result.status);
    }
    PrintJson(json);
  }

  LedgerHandle ledger_;
  LocalClock clock_;
  std::vector<Pending> batch_;
  bool any_refused_ = false;
};

}  // namespace

void AddAppendCommand(CLI::App& app) {
  auto directory = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand(
      "append",
      "Record entries from standard input, a JSON object a line; prints an answer a line once\n"
      "they are on disk. Keys: id, kind, debit, credit, ref, activity, recorder, evidence (hex),\n"
      "amount, unit, occurred_at, recorded_at (of imported entries), code, timeout, flags;\n"
      "party_kind (of an open); topic, key, name (of a policy).\n"
      "Exits with 4 where an entry was refused; sending it all again is safe.\n"
      "Example: echo '{\"id\":\"000000000000000000000000000000a1\",\"kind\":\"open\",\n"
      "  \"credit\":\"000000000000000000000000000000b1\",\"party_kind\":\"team\"}' |\n"
      "  hourbook append town.ledger");
  command->add_option("DIR", *directory, "The ledger")->required();
  command->callback([directory] {
    if (!Appender(*directory).Run()) throw CLI::RuntimeError(kExitRefused);
  });
}

}  // namespace hourbook::cli
