// Texts of any encoding that has ASCII's bytes for ASCII's characters, as UTF-8.
#ifndef TOOLS_HOURBOOK_IMPORT_DECODER_H_
#define TOOLS_HOURBOOK_IMPORT_DECODER_H_

#include <iconv.h>

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

struct Decoded {
  std::string text;             // with U+FFFD in the place of each byte that is not of the encoding
  size_t first_bad_column = 0;  // of the first such byte, in characters from 1; 0 for none
};

class Decoder {
 public:
  // An encoding as iconv names it: "UTF-8", "GB18030". Throws CommandError where iconv does not
  // know it, or where it has other bytes for a comma or a newline, as UTF-16 has: lines could not
  // be told apart then.
  explicit Decoder(const std::string& encoding);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  Decoded Decode(absl::string_view text) const;

 private:
  // Nothing where so many bytes do not hold it.
  std::optional<Decoded> DecodeWithin(size_t room, absl::string_view text) const;

  iconv_t converter_;
};

// How many characters a UTF-8 text has.
size_t CharactersIn(absl::string_view utf8);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_DECODER_H_
