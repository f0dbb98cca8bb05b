// Ledgers and the model side by side: several processes that write, read, copy and publish the same ledger,
// what each answers, and what the model answers. The model is one for each ledger, since one step ends before
// the next begins.
#ifndef TESTS_MODEL_RUN_H_
#define TESTS_MODEL_RUN_H_

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/base/temp_dir.h"
#include "tests/model/call.h"
#include "tests/model/census.h"
#include "tests/model/model_answer.h"
#include "tests/model/process.h"

namespace hourbook {

// What one process is asked at a time of the clock. Paths are filled in when it is taken.
struct Step {
  uint32_t process = 0;
  bool kills = false;         // the process, which must be another one; at the call where that appends
  unsigned after_micros = 0;  // from sending it on
  Call call;
};

// What differs, in words; empty where nothing does.
using Mismatch = std::string;

// This process and two others, for one town after the other.
class Crew {
 public:
  static constexpr uint32_t kSize = 3;

  Process& at(uint32_t number) { return number == 0 ? static_cast<Process&>(this_) : workers_[number - 1]; }
  Worker& worker(uint32_t number) { return workers_[number - 1]; }
  uint64_t begun() const { return workers_[0].begun() + workers_[1].begun(); }

 private:
  ThisProcess this_;
  std::array<Worker, kSize - 1> workers_;
};

struct HeldCursor {
  uint32_t slot;
  std::deque<std::string> lines;  // still to come
  size_t size;                    // of the ledger, when it was opened
};

// So large a map, as a power of two, that no town fills it though snapshots keep every page. Who has a
// smaller one keeps none: a map that is to grow cannot while its process has a snapshot open.
inline constexpr uint32_t kRoomyMapBits = 28;

// A ledger that a process has open, or may.
struct AtProcess {
  bool is_open = false;
  bool is_read_only = false;
  bool is_behind = false;
  bool has_room = false;  // to keep snapshots
  size_t known = 0;       // entries that it has met
  uint64_t map_bytes = 0;
  std::map<uint32_t, Model> held;  // by slot: as it was when the snapshot was opened
  std::map<uint32_t, HeldCursor> cursors;
};

// A ledger, or a backup of one that is gone on with.
struct Branch {
  std::string path;
  bool exists = false;
  bool is_backup = false;
  bool is_fresh_backup = false;  // never opened
  Model model;
  std::optional<LastSigned> remembered;
  std::array<AtProcess, Crew::kSize> at;
  uint64_t wholes = 0;
};

class Run {
 public:
  explicit Run(Crew& crew);
  ~Run();

  Mismatch Take(const Step& step, Census& census);

  // Compares everything, in every process that has a ledger open.
  Mismatch CompareAll(int64_t clock, Census& census);

  const std::vector<Branch>& branches() const { return branches_; }
  const std::map<uint32_t, LastSigned>& publications() const { return signed_; }

 private:
  // What must be answered; changes the model's side of it.
  struct Expected {
    std::vector<uint32_t> statuses;
    std::vector<std::optional<Outcome>> outcomes;  // one for each entry, nothing where it means nothing
    std::vector<std::string> answers;
  };
  Expected Expect(const Call& call, uint32_t process, Census& census);
  uint32_t ExpectOpen(const Call& call, Branch& branch, AtProcess& at, Census& census);
  Expected ExpectAppend(const Call& call, Branch& branch, AtProcess& at, Census& census);
  Expected ExpectAsk(const Call& call, Branch& branch, AtProcess& at, Census& census);
  uint32_t ExpectCursor(const Call& call, AtProcess& at);
  std::string ExpectNext(const Call& call, AtProcess& at, const Branch& branch, Census& census);
  Expected ExpectTrial(const Call& call, const Branch& branch, const AtProcess& at);
  Expected ExpectPublish(const Call& call, Branch& branch, const AtProcess& at);
  std::string ExpectAudit(const Call& call, Census& census);
  uint32_t ExpectBackup(const Call& call, const AtProcess& at) const;

  bool IsPossible(const Step& step) const;
  void FillIn(Call& call, uint32_t process) const;
  static Mismatch Compare(const Call& call, const Reply& reply, const Expected& expected);
  Mismatch Exchange(uint32_t process, Call call, Census& census);
  Mismatch Kill(const Step& step, Census& census);
  std::optional<Reply> ServeHere(Call call) const;
  Mismatch Resolve(const Step& step, Census& census);
  void TakeFacts(const Call& call, uint32_t process, const Facts& facts, Census& census);
  bool IsBehind(const Branch& branch) const;

  Crew& crew_;
  // In memory: what is on disk when the power fails is tested elsewhere.
  const TempDir temp_{TempDir::MemoryBase()};
  const std::string home_ = temp_.path();
  std::vector<Branch> branches_;
  std::map<uint32_t, LastSigned> signed_;
  std::map<uint32_t, Model> published_;  // as it was then
  std::optional<LastSigned> seen_;           // by the auditor who remembers
};

// The questions that ask for everything.
std::vector<Question> EveryQuestion(const Model& model);

// Plays steps from the beginning. What differs first, or at the end.
Mismatch Play(Crew& crew, const std::vector<Step>& steps);

// Fewer steps and entries that differ still, as far as so many plays find them.
std::vector<Step> Shrink(Crew& crew, std::vector<Step> steps, int plays);

// Steps as a person reads them.
std::string ToText(const std::vector<Step>& steps);

}  // namespace hourbook

#endif  // TESTS_MODEL_RUN_H_
