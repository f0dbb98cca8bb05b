// Lines from a descriptor, of bounded length.
#ifndef TOOLS_HOURBOOK_APPEND_LINE_READER_H_
#define TOOLS_HOURBOOK_APPEND_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

class LineReader {
 public:
  enum class Result {
    kLine,
    kEnd,
    kTooLong,  // more bytes than the limit without a newline
    kFailed,   // errno says why
  };

  LineReader(int descriptor, size_t longest) : descriptor_(descriptor), longest_(longest) {}

  // The next line without its newline; the last one may have none. The line lives until the next
  // call. After anything but kLine there is nothing more to read.
  Result Next(absl::string_view& line);

  // The number of the last line given or refused, from 1.
  uint64_t number() const { return number_; }

 private:
  // Reads more behind what is there. False at the end and on failure.
  bool Fill();

  int descriptor_;
  size_t longest_;
  uint64_t number_ = 0;
  std::string buffer_;
  size_t begin_ = 0;  // of what was not given out yet
  bool is_at_end_ = false;
  bool has_failed_ = false;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_APPEND_LINE_READER_H_
