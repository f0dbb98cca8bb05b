#include "tools/hourbook/import/decoder.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"

namespace hourbook::cli {
namespace {

constexpr absl::string_view kAscii = "0aZ,;\"\r\n\t";
constexpr absl::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr auto kFailed = static_cast<size_t>(-1);

// Whether a character begins here that is none of Unicode's: glibc passes on what UTF-8 had once, up to six
// bytes and U+7FFFFFFF. F4 8F BF BF is the last that there is.
bool IsBeyondUnicode(absl::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = static_cast<unsigned char>(text.size() > 1 ? text[1] : 0);
  return first > 0xf4 || (first == 0xf4 && second > 0x8f);
}

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Puts U+FFFD in the place of characters that are none.
void KeepToUnicode(Decoded& decoded) {
  std::string kept;
  absl::string_view rest = decoded.text;
  for (size_t column = 1; !rest.empty(); ++column) {
    size_t length = 1;
    while (length < rest.size() && ContinuesCharacter(rest[length])) ++length;
    const bool is_bad = IsBeyondUnicode(rest);
    const bool is_first = decoded.first_bad_column == 0 || column < decoded.first_bad_column;
    if (is_bad && is_first) decoded.first_bad_column = column;
    absl::StrAppend(&kept, is_bad ? kReplacement : rest.substr(0, length));
    rest.remove_prefix(length);
  }
  decoded.text = std::move(kept);
}

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

// Begun anew with more room where it was too little: glibc's decoder of TSCII loses a character where it must
// stop for want of room.
Decoded Decoder::Decode(absl::string_view text) const {
  // Most bytes become at most four of UTF-8; in TSCII one may be three characters, of nine.
  size_t room = 4 * text.size() + 64;
  std::optional<Decoded> decoded = DecodeWithin(room, text);
  while (!decoded) decoded = DecodeWithin(room *= 4, text);
  KeepToUnicode(*decoded);
  return *std::move(decoded);
}

std::optional<Decoded> Decoder::DecodeWithin(size_t room, absl::string_view text) const {
  iconv(converter_, nullptr, nullptr, nullptr, nullptr);
  std::string out(room, '\0');
  char* from = const_cast<char*>(text.data());
  char* to = out.data();
  size_t from_left = text.size();
  size_t to_left = out.size();
  Decoded decoded;
  while (iconv(converter_, &from, &from_left, &to, &to_left) == kFailed) {
    if (errno == E2BIG || to_left < kReplacement.size()) return std::nullopt;
    if (decoded.first_bad_column == 0) {
      decoded.first_bad_column = CharactersIn({out.data(), out.size() - to_left}) + 1;
    }
    to = std::copy(kReplacement.begin(), kReplacement.end(), to);
    to_left -= kReplacement.size();
    ++from;
    --from_left;
  }
  // What it kept back to the end. Only more room helps where that was lacking.
  const bool is_whole = iconv(converter_, nullptr, nullptr, &to, &to_left) != kFailed;
  if (!is_whole && (errno == E2BIG || to_left < kReplacement.size())) return std::nullopt;
  out.resize(out.size() - to_left);
  if (!is_whole) {
    if (decoded.first_bad_column == 0) decoded.first_bad_column = CharactersIn(out) + 1;
    absl::StrAppend(&out, kReplacement);
  }
  decoded.text = std::move(out);
  return decoded;
}

size_t CharactersIn(absl::string_view utf8) {
  const auto is_first_byte = [](char c) { return !ContinuesCharacter(c); };
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), is_first_byte));
}

}  // namespace hourbook::cli
