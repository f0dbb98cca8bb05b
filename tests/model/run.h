// The ledger and the model side by side: the same batches at the same times, the ledger closed and
// opened again between, and every question asked of both.
#ifndef TESTS_MODEL_RUN_H_
#define TESTS_MODEL_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/engine/cursor.h"
#include "ledger/engine/ledger.h"
#include "tests/model/model.h"

namespace hourbook {

// A batch at a time of the clock, before which the ledger may be opened anew.
struct Step {
  bool restart = false;
  int64_t clock = 0;
  std::vector<Entry> batch;
};

// How often each kind got each answer.
using Tally = std::map<std::pair<uint16_t, Verdict>, uint64_t>;

// What differs, in words; empty where nothing does.
using Mismatch = std::string;

class Run {
 public:
  // Makes a ledger in a directory that is removed at the end.
  Run();
  ~Run();

  Mismatch Take(const Step& step, Tally& tally);

  // Compares everything: each balance, statement and entry, the root, and what verifying says.
  Mismatch CompareAll();

  const Model& model() const { return model_; }

 private:
  Mismatch Open();
  Mismatch CompareAnswers(const Step& step, const std::vector<Outcome>& outcomes,
                            const std::vector<Outcome>& expected) const;
  Mismatch CompareAccount(const Snapshot& snapshot, const Id& party, Unit unit) const;
  // A cursor shows just these entries, newest first.
  Mismatch CompareStatement(absl::StatusOr<Cursor> cursor, const Id& party,
                            std::vector<uint64_t> expected) const;
  Mismatch CompareEntries(const Snapshot& snapshot) const;

  std::string directory_;
  int64_t clock_;
  std::unique_ptr<Ledger> ledger_;
  Model model_;
};

// Plays steps from the beginning. What differs first, or at the end.
Mismatch Play(const std::vector<Step>& steps);

// Fewer steps and entries that differ still.
std::vector<Step> Shrink(std::vector<Step> steps);

// Steps as a person reads them.
std::string ToText(const std::vector<Step>& steps);

}  // namespace hourbook

#endif  // TESTS_MODEL_RUN_H_
