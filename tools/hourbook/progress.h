// A progress bar on the standard error: only on a terminal, and only for work that takes a while.
#ifndef TOOLS_HOURBOOK_PROGRESS_H_
#define TOOLS_HOURBOOK_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

// One line of progress, such as "verify [=====>    ]  52%  1,040,000 of 2,000,000".
std::string ProgressLine(absl::string_view label, uint64_t done, uint64_t total);

// Shows one piece of work. Says nothing in a pipe or a file, nor where the work ends within
// 0.3 seconds; takes its line away when it goes. For one thread.
class Progress {
 public:
  explicit Progress(absl::string_view label);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Says how far the work has come. Cheap; may be called for every item.
  void Update(uint64_t done, uint64_t total);

  // Takes the line away, for a message to be printed; the next Update may show it again.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  bool is_terminal_;
  bool is_shown_ = false;
  Clock::time_point next_;  // when to draw next
};

// An hbk_progress whose context is a Progress. Never ends the call.
int ShowProgress(void* progress, uint64_t done, uint64_t total);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_PROGRESS_H_
