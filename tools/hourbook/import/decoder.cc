#include "tools/hourbook/import/decoder.h"

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"

namespace hourbook::cli {
namespace {

constexpr absl::string_view kAscii = "0aZ,;\"\r\n\t";

}  // namespace

Decoder::Decoder(const std::string& encoding)
    : converter_(iconv_open("UTF-8", encoding.c_str())) {
  const auto failed = iconv_t(-1);
  if (converter_ == failed) {
    throw CommandError(kExitError, absl::StrCat("the encoding '", encoding,
                                                "' is unknown; `iconv -l` lists those that are"));
  }
  if (ToUtf8(kAscii) == std::string(kAscii)) return;
  iconv_close(converter_);
  throw CommandError(kExitError,
                     absl::StrCat("the encoding '", encoding, "' is none that holds ASCII; convert "
                                                              "the file to UTF-8 first"));
}

Decoder::~Decoder() { iconv_close(converter_); }

std::optional<std::string> Decoder::ToUtf8(absl::string_view text) const {
  iconv(converter_, nullptr, nullptr, nullptr, nullptr);
  // No character takes more than four bytes of UTF-8, nor less than one of the encoding.
  std::string out(4 * text.size(), '\0');
  char* from = const_cast<char*>(text.data());
  char* to = out.data();
  size_t from_left = text.size();
  size_t to_left = out.size();
  if (iconv(converter_, &from, &from_left, &to, &to_left) == static_cast<size_t>(-1)) {
    return std::nullopt;
  }
  out.resize(out.size() - to_left);
  return out;
}

}  // namespace hourbook::cli
