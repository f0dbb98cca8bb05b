// The library's handles as owners: each closes what it holds.
#ifndef TOOLS_HOURBOOK_HANDLES_H_
#define TOOLS_HOURBOOK_HANDLES_H_

#include <memory>

#include "api/hourbook.h"

namespace hourbook::cli {

template <auto kClose>
struct Closer {
  template <typename T>
  void operator()(T* handle) const {
    kClose(handle);
  }
};

// Declare a ledger before what is opened on it: C++ then closes it last.
using LedgerHandle = std::unique_ptr<hbk_ledger, Closer<hbk_close>>;
using SnapshotHandle = std::unique_ptr<hbk_snapshot, Closer<hbk_snapshot_close>>;
using CursorHandle = std::unique_ptr<hbk_cursor, Closer<hbk_cursor_close>>;
using KeyHandle = std::unique_ptr<hbk_key, Closer<hbk_key_close>>;
using TrialHandle = std::unique_ptr<hbk_trial, Closer<hbk_trial_close>>;

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_HANDLES_H_
