#include "tools/hourbook/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/hourbook/amount.h"

namespace hourbook::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{300};  // shorter work needs no bar
constexpr milliseconds kPause{100};     // between two drawings
constexpr size_t kCells = 30;
constexpr absl::string_view kEraseLine = "\r\x1b[K";

void WriteToTerminal(absl::string_view text) {
  // What cannot be shown is not missed.
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
  static_cast<void>(std::fflush(stderr));
}

}  // namespace

std::string ProgressLine(absl::string_view label, uint64_t done, uint64_t total) {
  done = std::min(done, total);
  // The share goes through double: it is shown in whole percent only.
  const double share = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  const auto filled = static_cast<size_t>(share * static_cast<double>(kCells));
  std::string bar(filled, '=');
  if (filled < kCells) bar += '>';
  bar.resize(kCells, ' ');
  const auto percent = static_cast<int>(share * 100);
  return absl::StrFormat("%s [%s] %3d%%  %s of %s", label, bar, percent, GroupedText(done),
                         GroupedText(total));
}

Progress::Progress(absl::string_view label)
    : label_(label), is_terminal_(isatty(STDERR_FILENO) == 1), next_(Clock::now() + kPatience) {}

Progress::~Progress() { Clear(); }

void Progress::Update(uint64_t done, uint64_t total) {
  if (!is_terminal_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kPause;
  is_shown_ = true;
  WriteToTerminal(absl::StrCat(kEraseLine, ProgressLine(label_, done, total)));
}

void Progress::Clear() {
  if (is_shown_) WriteToTerminal(kEraseLine);
  is_shown_ = false;
}

int ShowProgress(void* progress, uint64_t done, uint64_t total) {
  static_cast<Progress*>(progress)->Update(done, total);
  return 0;
}

}  // namespace hourbook::cli
