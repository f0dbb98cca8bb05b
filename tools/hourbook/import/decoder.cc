#include "tools/hourbook/import/decoder.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"

namespace hourbook::cli {
namespace {

constexpr absl::string_view kAscii = "0aZ,;\"\r\n\t";
constexpr absl::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr auto kFailed = static_cast<size_t>(-1);

}  // namespace

Decoder::Decoder(const std::string& encoding) : converter_(iconv_open("UTF-8", encoding.c_str())) {
  const auto failed = iconv_t(-1);  // NOLINT(performance-no-int-to-ptr): iconv_open's own
  if (converter_ == failed) {
    throw CommandError(kExitError, absl::StrCat("the encoding '", encoding,
                                                "' is unknown; `iconv -l` lists those that are"));
  }
  const Decoded ascii = Decode(kAscii);
  if (ascii.first_bad_column == 0 && ascii.text == kAscii) return;
  iconv_close(converter_);
  throw CommandError(kExitError,
                     absl::StrCat("the encoding '", encoding,
                                  "' is none that holds ASCII; convert the file to UTF-8 first"));
}

Decoder::~Decoder() { iconv_close(converter_); }

Decoded Decoder::Decode(absl::string_view text) const {
  iconv(converter_, nullptr, nullptr, nullptr, nullptr);
  // No byte becomes more than four of UTF-8; what iconv kept back to the end is one character.
  std::string out(4 * text.size() + 8, '\0');
  char* from = const_cast<char*>(text.data());
  char* to = out.data();
  size_t from_left = text.size();
  size_t to_left = out.size();
  Decoded decoded;
  while (iconv(converter_, &from, &from_left, &to, &to_left) == kFailed) {
    if (decoded.first_bad_column == 0) {
      decoded.first_bad_column = CharactersIn({out.data(), out.size() - to_left}) + 1;
    }
    to = std::copy(kReplacement.begin(), kReplacement.end(), to);
    to_left -= kReplacement.size();
    ++from;
    --from_left;
  }
  iconv(converter_, nullptr, nullptr, &to, &to_left);
  out.resize(out.size() - to_left);
  decoded.text = std::move(out);
  return decoded;
}

size_t CharactersIn(absl::string_view utf8) {
  const auto is_first_byte = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), is_first_byte));
}

}  // namespace hourbook::cli
