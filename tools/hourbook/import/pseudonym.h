// How outside numbers get into a ledger: as keyed hashes, whose key stays in a file of its own. Who
// does not have the secret cannot tell from an id whose it is, nor try out numbers until one fits.
#ifndef TOOLS_HOURBOOK_IMPORT_PSEUDONYM_H_
#define TOOLS_HOURBOOK_IMPORT_PSEUDONYM_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

using Id = std::array<uint8_t, 16>;
using Hash = std::array<uint8_t, 32>;

class Secret {
 public:
  // Reads a file of 64 hexadecimal digits and a newline. Warns on the standard error where others
  // than its owner may read it. Throws CommandError.
  static Secret Load(const std::string& path);

  // Makes such a file of 32 random bytes, readable by its owner alone. Throws CommandError where
  // the file exists.
  static void Create(const std::string& path);

  explicit Secret(const Hash& key) : key_(key) {}

  // The first 16 bytes of HMAC-SHA-256(secret, domain || 0x00 || number): the id of what is called
  // `number` among others of its domain, such as "volunteer".
  Id Pseudonym(absl::string_view domain, absl::string_view number) const;

  // HMAC-SHA-256(secret, "row" || each field as its length, u32 little-endian, and its bytes): a
  // commitment to a row that tells nothing of it without the secret.
  Hash Commit(const std::vector<std::string>& fields) const;

 private:
  Hash Hmac(absl::string_view message) const;

  Hash key_;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_PSEUDONYM_H_
