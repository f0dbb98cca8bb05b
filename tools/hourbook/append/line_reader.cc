#include "tools/hourbook/append/line_reader.h"

#include <unistd.h>

#include <cerrno>

namespace hourbook::cli {
namespace {

constexpr size_t kReadSize = size_t{64} * 1024;

}  // namespace

LineReader::Result LineReader::Next(absl::string_view& line) {
  size_t searched = 0;
  for (;;) {
    const size_t newline = buffer_.find('\n', begin_ + searched);
    searched = buffer_.size() - begin_;
    const size_t length = newline == std::string::npos ? searched : newline - begin_;
    const bool is_whole = newline != std::string::npos || (is_at_end_ && length > 0);
    if (length > longest_) {
      ++number_;
      return Result::kTooLong;
    }
    if (is_whole) {
      ++number_;
      line = absl::string_view(buffer_).substr(begin_, length);
      begin_ += length + (newline == std::string::npos ? 0 : 1);
      return Result::kLine;
    }
    if (is_at_end_) return Result::kEnd;
    if (!Fill() && has_failed_) return Result::kFailed;
    searched = 0;  // Fill moved the rest to the front
  }
}

bool LineReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t kept = buffer_.size();
  buffer_.resize(kept + kReadSize);
  ssize_t got;
  do {
    got = read(descriptor_, buffer_.data() + kept, kReadSize);
  } while (got < 0 && errno == EINTR);
  has_failed_ = got < 0;
  is_at_end_ = got <= 0;
  buffer_.resize(kept + (got > 0 ? static_cast<size_t>(got) : 0));
  return got > 0;
}

}  // namespace hourbook::cli
