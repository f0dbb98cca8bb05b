// Every small change of a text.
#ifndef TESTS_AUDIT_CHANGED_TEXTS_H_
#define TESTS_AUDIT_CHANGED_TEXTS_H_

#include <string>

#include "absl/functional/function_ref.h"

namespace hourbook {

// Tells of the text with each bit flipped, each byte dropped and each byte doubled, and where.
inline void ForEachChange(const std::string& text,
                          absl::FunctionRef<void(const std::string& changed, size_t at)> tell) {
  for (size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    for (unsigned bit = 0; bit < 8; ++bit) {
      changed[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ 1U << bit);
      tell(changed, at);
    }
    changed[at] = text[at];
    changed.insert(at, 1, text[at]);
    tell(changed, at);
    changed.erase(at, 2);
    tell(changed, at);
  }
}

// Tells of the text cut off after each of its bytes but the last.
inline void ForEachPrefix(const std::string& text,
                          absl::FunctionRef<void(const std::string& prefix)> tell) {
  for (size_t length = 0; length < text.size(); ++length) tell(text.substr(0, length));
}

}  // namespace hourbook

#endif  // TESTS_AUDIT_CHANGED_TEXTS_H_
