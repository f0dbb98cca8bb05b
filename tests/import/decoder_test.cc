#include "tools/hourbook/import/decoder.h"

#include <dlfcn.h>

#include <cerrno>

#include "gtest/gtest.h"
#include "tests/import/scratch_file.h"

// How the system's end of a text fails, while it is not 0: glibc's own encodings leave it no way to.
static int fails_at_end = 0;

extern "C" size_t iconv(iconv_t converter, char** from, size_t* from_left, char** to, size_t* to_left) {
  static auto* const real = reinterpret_cast<decltype(&iconv)>(dlsym(RTLD_NEXT, "iconv"));
  const bool is_end = from == nullptr && to != nullptr;
  if (fails_at_end == 0 || !is_end) return real(converter, from, from_left, to, to_left);
  errno = fails_at_end;
  return static_cast<size_t>(-1);
}

namespace hourbook::cli {
namespace {

TEST(DecoderTest, ReadsTheEncodingsThatClerksUse) {
  EXPECT_EQ(Decoder("UTF-8").Decode("流水号,1").text, "流水号,1");
  EXPECT_EQ(Decoder("GB18030").Decode("\xc1\xf7\xcb\xae\xba\xc5,1").text, "流水号,1");
  EXPECT_EQ(Decoder("GB18030").Decode("\x95\x32\x82\x36").text, "𠀀");  // four bytes
  EXPECT_EQ(Decoder("ISO-8859-1").Decode("M\xfcller").text, "Müller");
}

TEST(DecoderTest, BringsOutWhatIconvKeepsBack) {
  // In BIG5-HKSCS this letter may be followed by an accent, so iconv waits for the next character.
  EXPECT_EQ(Decoder("BIG5-HKSCS").Decode("\x88\x66").text, "Ê");
}

// Asking again with more room until memory ends would not help.
TEST(DecoderTest, AnEndThatFailsIsABadOne) {
  const Decoder decoder("UTF-8");
  fails_at_end = EILSEQ;
  const Decoded decoded = decoder.Decode("ab");
  fails_at_end = 0;
  EXPECT_EQ(decoded.text, "ab\uFFFD");
  EXPECT_EQ(decoded.first_bad_column, 3u);
}

TEST(DecoderTest, TakesBytesThatBecomeManyCharacters) {
  std::string kshas;
  for (int i = 0; i < 300; ++i) kshas += "\u0b95\u0bcd\u0bb7";
  const Decoded decoded = Decoder("TSCII").Decode(std::string(300, '\x87'));
  EXPECT_EQ(decoded.text, kshas);
  EXPECT_EQ(decoded.first_bad_column, 0u);
}

TEST(DecoderTest, RefusesWhatUtf8HadOnce) {
  const Decoded last = Decoder("UTF-8").Decode("\xf4\x8f\xbf\xbf");
  EXPECT_EQ(last.first_bad_column, 0u);
  for (const char* const beyond : {"a\xf4\x90\x80\x80,", "a\xfb\xbf\xbf\xbf\xbf,",
                                   "a\xfd\xb5\xb5\xb5\xb5\xb5,"}) {
    const Decoded decoded = Decoder("UTF-8").Decode(beyond);
    EXPECT_EQ(decoded.first_bad_column, 2u);
    EXPECT_EQ(decoded.text.find("\xf4"), std::string::npos);
    EXPECT_EQ(decoded.text.rfind("\uFFFD,"), decoded.text.size() - 4);
  }
}

TEST(DecoderTest, TellsTheFirstBadByteByItsColumn) {
  const Decoded good = Decoder("UTF-8").Decode("何,b");
  EXPECT_EQ(good.first_bad_column, 0u);
  const Decoded bad = Decoder("UTF-8").Decode(
      "何,\xff"
      "b\xff,\"");
  EXPECT_EQ(bad.first_bad_column, 3u);
  EXPECT_EQ(bad.text, "何,\uFFFDb\uFFFD,\"");
  // A character that breaks off at the end; commas and quotes behind a bad byte stay themselves.
  EXPECT_EQ(Decoder("UTF-8").Decode("a\xe4\xbd").first_bad_column, 2u);
  EXPECT_EQ(Decoder("GB18030").Decode("\xc1\xf7\x80,a").text, "流\uFFFD,a");
  // One bad text does not spoil the next.
  const Decoder decoder("GB18030");
  EXPECT_EQ(decoder.Decode("\xc1").first_bad_column, 1u);
  EXPECT_EQ(decoder.Decode("\xc1\xf7").text, "流");
}

TEST(DecoderTest, RefusesEncodingsThatItCannotSplitIntoLines) {
  EXPECT_NE(ErrorOf([] { Decoder("GB18031"); }).find("'GB18031' is unknown"), std::string::npos);
  for (const char* const wide : {"UTF-16", "UTF-16LE", "UTF-32", "IBM037"}) {
    EXPECT_NE(ErrorOf([&] { Decoder decoder(wide); }).find("none that holds ASCII"),
              std::string::npos)
        << wide;
  }
}

TEST(DecoderTest, CountsCharacters) {
  EXPECT_EQ(CharactersIn(""), 0u);
  EXPECT_EQ(CharactersIn("何a𠀀"), 3u);
}

}  // namespace
}  // namespace hourbook::cli
