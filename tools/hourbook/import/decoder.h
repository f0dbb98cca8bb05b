// Texts of any encoding that has ASCII's bytes for ASCII's characters, as UTF-8.
#ifndef TOOLS_HOURBOOK_IMPORT_DECODER_H_
#define TOOLS_HOURBOOK_IMPORT_DECODER_H_

#include <iconv.h>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

class Decoder {
 public:
  // An encoding as iconv names it: "UTF-8", "GB18030". Throws CommandError where iconv does not know
  // it, or where it has other bytes for a comma or a newline, as UTF-16 has: lines could not be told
  // apart then.
  explicit Decoder(const std::string& encoding);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Nothing where the text is not of the encoding.
  std::optional<std::string> ToUtf8(absl::string_view text) const;

 private:
  iconv_t converter_;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_DECODER_H_
