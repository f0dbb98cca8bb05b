#include "tools/hourbook/reader.h"

#include "tools/hourbook/command_error.h"

namespace hourbook::cli {
namespace {

bool IsOffsetPolicy(const hbk_entry& entry) {
  return entry.kind == HBK_KIND_POLICY && entry.code == HBK_POLICY_UTC_OFFSET;
}

}  // namespace

SnapshotHandle OpenSnapshot(hbk_ledger* ledger) {
  hbk_error error = HBK_ERROR_INIT;
  hbk_snapshot* snapshot = nullptr;
  Check(hbk_snapshot_open(ledger, &snapshot, &error), error);
  return SnapshotHandle(snapshot);
}

hbk_stat ReadStat(hbk_snapshot* snapshot) {
  hbk_error error = HBK_ERROR_INIT;
  hbk_stat stat = {};
  stat.struct_size = sizeof(stat);
  Check(hbk_snapshot_stat(snapshot, &stat, &error), error);
  return stat;
}

LocalClock ReadClock(hbk_snapshot* snapshot, const hbk_stat& stat) {
  LocalClock clock(stat.utc_offset);
  for (uint64_t index = 1; index < stat.size; ++index) {
    hbk_error error = HBK_ERROR_INIT;
    hbk_entry entry;
    Check(hbk_entry_by_index(snapshot, index, &entry, nullptr, &error), error);
    if (!IsOffsetPolicy(entry)) break;
    // The amount is the offset in two's complement; the rules keep it within a day.
    clock.Change(entry.occurred_at, static_cast<int32_t>(static_cast<int64_t>(entry.amount)));
  }
  return clock;
}

LedgerHandle OpenLedger(const std::string& directory, uint32_t flags) {
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  options.flags = flags;
  hbk_error error = HBK_ERROR_INIT;
  hbk_ledger* ledger = nullptr;
  Check(hbk_open(directory.c_str(), &options, &ledger, &error), error);
  return LedgerHandle(ledger);
}

Reader OpenReader(const std::string& directory) {
  Reader reader = {OpenLedger(directory, HBK_OPEN_READ_ONLY), nullptr, {}, LocalClock()};
  reader.snapshot = OpenSnapshot(reader.ledger.get());
  reader.stat = ReadStat(reader.snapshot.get());
  reader.clock = ReadClock(reader.snapshot.get(), reader.stat);
  return reader;
}

}  // namespace hourbook::cli
