// A caller of the C API who makes any call on any handle in any order, with arguments that are
// right, wrong or hostile, and knows what the ledger must hold after each.
#ifndef FUZZ_CALLS_CALLER_H_
#define FUZZ_CALLS_CALLER_H_

#include <array>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/hourbook.h"
#include "fuzz/calls/expect.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/small_pages.h"
#include "tests/base/temp_dir.h"

namespace hourbook::fuzz {

// A handle, kept when it was closed: late calls must be refused.
template <class Handle>
struct Held {
  Handle* handle = nullptr;
  bool is_open = false;
};

struct HeldSnapshot : Held<hbk_snapshot> {
  uint64_t size = 0;  // entries
};

struct HeldCursor : Held<hbk_cursor> {
  size_t snapshot = 0;  // which it was opened on
  bool is_statement = false;
  std::vector<hbk_entry> wanted;  // of a cursor over entries: what it must still give, in order
  uint64_t before = UINT64_MAX;   // of a statement: the index given last
};

// A batch that was submitted, until it is told of.
struct Submitted {
  hbk_ledger* ledger;
  std::vector<hbk_entry> batch;
  std::vector<hbk_result> results;
  int told = 0;
  hbk_status status = HBK_OK;
  hbk_status appended_within = HBK_OK;  // what hbk_append answers in hbk_on_done
};

class Caller {
 public:
  explicit Caller(FuzzInput& input);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // One call, and what must hold after it.
  void Step();

  // Opens the ledger again: all that was acknowledged is there, and it is sound.
  void CheckEnd();

 private:
  using Key = std::array<uint8_t, 16>;

  // Opening and writing, in caller_writing.cc.
  void Create();
  void Open();
  void Close();
  void Append();
  void Submit();
  void Try();
  void Backup();
  // Takes in what a batch that was judged came to.
  void TakeResults(const std::vector<hbk_entry>& batch, const std::vector<hbk_result>& results);
  // Waits until all that was submitted is told of, each once.
  void Settle();
  static void OnDone(void* context, hbk_status status, const hbk_error* error);

  // Reading, in caller_reading.cc.
  void OpenSnapshot();
  void CloseSnapshot();
  void ReadEntry();
  void ReadAccount();
  void ReadWhole();
  void OpenCursor();
  void MoveCursor();
  void CloseCursor();
  static std::vector<hbk_entry> EntriesOf(hbk_snapshot* snapshot, uint64_t size);

  // Keys, publications and proofs, in caller_publishing.cc.
  void MakeKey();
  void SaveKey();
  void Publish();
  void Prove();
  void ProveStatement();
  void Audit();
  void Forget();
  void CheckTexts();

  // Evidence and witnesses, in caller_witnessing.cc.
  void KeepEvidence();
  void EraseEvidence();
  void Witness();
  void AddCosignature(const std::string& policy, const std::string& lines, bool is_good);

  HeldSnapshot& PickSnapshot() { return snapshots_[input_.Below(2)]; }
  HeldCursor& PickCursor() { return cursors_[input_.Below(2)]; }
  void NoteClosed(size_t snapshot);
  uint64_t TakeTimeout();
  // An index that there is, or one near it, or any.
  uint64_t TakeIndex(uint64_t size);

  // The ledger holds just what it held, or what was accepted since.
  void CheckUnchanged();
  hbk_stat StatOf(hbk_ledger* ledger);

  FuzzInput& input_;
  const TempDir scratch_{TempDir::MemoryBase()};  // a fuzzer makes thousands a minute
  const std::string directory_;
  int made_ = 0;  // directories beside it

  Held<hbk_ledger> ledger_;
  bool is_read_only_ = false;
  std::array<HeldSnapshot, 2> snapshots_;
  std::array<HeldCursor, 2> cursors_;
  Held<hbk_trial> trial_;
  uint64_t trial_at_ = 0;
  bool trial_kept_ = false;
  Held<hbk_key> key_;
  std::string key_name_;
  uint32_t key_type_ = 0;

  uint64_t size_ = 1;    // what the ledger must hold
  uint64_t rooted_ = 1;  // of how many entries root_ is
  std::array<uint8_t, 32> root_{};
  std::map<Key, std::pair<uint64_t, hbk_entry>> acknowledged_;  // by id: index and entry as sent

  std::string note_, vkey_;  // the last checkpoint that was signed, and by whom
  hbk_checkpoint signed_{};
  std::vector<std::string> kept_;          // openings of evidence
  std::map<int, std::string> publishers_;  // vkeys by publication

  std::mutex lock_;
  std::condition_variable told_;
  size_t untold_ = 0;
  std::vector<std::unique_ptr<Submitted>> submitted_;
  struct Context {
    Caller* caller;
    Submitted* submitted;
  };
  std::vector<std::unique_ptr<Context>> contexts_;
};

}  // namespace hourbook::fuzz

#endif  // FUZZ_CALLS_CALLER_H_
