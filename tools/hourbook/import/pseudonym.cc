#include "tools/hourbook/import/pseudonym.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/text_file.h"

namespace hourbook::cli {

namespace {

void WarnIfOthersMayRead(const std::string& path) {
  struct stat file;
  if (::stat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) return;
  if ((file.st_mode & (S_IRGRP | S_IROTH)) == 0) return;
  std::fprintf(stderr,
               "hourbook: warning: %s: others can read this secret; run `chmod 600` on it\n",
               path.c_str());
}

}  // namespace

Secret Secret::Load(const std::string& path) {
  WarnIfOthersMayRead(path);
  const std::string text = ReadFile(path);
  Hash key;
  if (!ParseHex(absl::StripTrailingAsciiWhitespace(text), absl::MakeSpan(key))) {
    throw CommandError(kExitError, absl::StrCat(path,
                                                ": a secret is 64 hexadecimal digits; make "
                                                "one with --new-secret"));
  }
  return Secret(key);
}

void Secret::Create(const std::string& path) {
  Hash key;
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) {
    throw CommandError(kExitError, "the system gives no random bytes for a secret");
  }
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    throw CommandError(kExitError, absl::StrCat(path, ": cannot make the secret file: ",
                                                std::generic_category().message(errno)));
  }
  const std::string text = absl::StrCat(HexText(key), "\n");
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = written && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!synced) {
    throw CommandError(
        kExitError,
        absl::StrCat(path, ": cannot write the secret: ", std::generic_category().message(error)));
  }
}

Hash Secret::Hmac(absl::string_view message) const {
  Hash out;
  unsigned length = 0;
  const unsigned char* const done = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                                         reinterpret_cast<const unsigned char*>(message.data()),
                                         message.size(), out.data(), &length);
  if (done == nullptr || length != out.size()) {
    throw CommandError(kExitError, "OpenSSL cannot compute HMAC-SHA-256");
  }
  return out;
}

Id Secret::Pseudonym(absl::string_view domain, absl::string_view number) const {
  const Hash hash = Hmac(absl::StrCat(domain, absl::string_view("\0", 1), number));
  Id id;
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

Hash Secret::Commit(const std::vector<std::string>& fields) const {
  std::string message = "row";
  for (const std::string& field : fields) {
    const auto length = static_cast<uint32_t>(field.size());
    for (int shift = 0; shift < 32; shift += 8) {
      message += static_cast<char>(length >> shift & 0xff);
    }
    message += field;
  }
  return Hmac(message);
}

}  // namespace hourbook::cli
