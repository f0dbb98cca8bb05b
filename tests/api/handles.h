// What C++ tests of the C API share: a town whose entries go in through handles, and what a process holds.
#ifndef TESTS_API_HANDLES_H_
#define TESTS_API_HANDLES_H_

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "api/hourbook.h"
#include "tests/engine/town.h"

namespace hourbook {

inline constexpr char kOrigin[] = "town.example/hours";

// An entry and the C API's are the same bytes.
inline std::vector<hbk_entry> ToApi(const std::vector<Entry>& entries) {
  std::vector<hbk_entry> given(entries.size());
  if (!entries.empty()) std::memcpy(given.data(), entries.data(), entries.size() * sizeof(Entry));
  return given;
}

inline hbk_status Found(const std::string& directory, hbk_ledger** ledger, hbk_error* error = nullptr) {
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  options.origin = kOrigin;
  options.utc_offset = 8 * 3'600;
  options.created_at = kStart;
  return hbk_create(directory.c_str(), &options, ledger, error);
}

// Also for reading alone.
inline hbk_status OpenAt(const std::string& directory, hbk_ledger** ledger, uint32_t flags = 0,
                         hbk_error* error = nullptr) {
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  options.flags = flags;
  return hbk_open(directory.c_str(), &options, ledger, error);
}

inline hbk_status AppendTo(hbk_ledger* ledger, const std::vector<Entry>& entries,
                           std::vector<hbk_result>& results, hbk_error* error = nullptr) {
  const std::vector<hbk_entry> given = ToApi(entries);
  results.resize(entries.size());
  return hbk_append(ledger, given.data(), static_cast<uint32_t>(given.size()), HBK_FOREVER, results.data(),
                    error);
}

// Whether all of them are recorded, now or before; what the call came to.
inline hbk_status AppendAll(hbk_ledger* ledger, const std::vector<Entry>& entries,
                            hbk_error* error = nullptr) {
  std::vector<hbk_result> results;
  const hbk_status appended = AppendTo(ledger, entries, results, error);
  if (appended != HBK_OK) return appended;
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_TRUE(results[i].status == HBK_OK || results[i].status == HBK_EXISTS)
        << i << ": " << hbk_status_name(results[i].status);
  }
  return appended;
}

// Of everything that is on disk.
inline hbk_status VerifyAll(hbk_ledger* ledger, hbk_error* error = nullptr) {
  hbk_snapshot* snapshot = nullptr;
  hbk_status status = hbk_snapshot_open(ledger, &snapshot, error);
  if (status == HBK_OK) status = hbk_verify(snapshot, nullptr, nullptr, error);
  hbk_snapshot_close(snapshot);
  return status;
}

// How many files this process has open.
inline size_t OpenFiles() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count - 1;  // that of the directory itself
}

}  // namespace hourbook

#endif  // TESTS_API_HANDLES_H_
