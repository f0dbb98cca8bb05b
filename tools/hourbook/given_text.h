// Texts that the library gives, as strings.
#ifndef TOOLS_HOURBOOK_GIVEN_TEXT_H_
#define TOOLS_HOURBOOK_GIVEN_TEXT_H_

#include <cstddef>
#include <string>

#include "api/hourbook.h"
#include "tools/hourbook/command_error.h"

namespace hourbook::cli {

// What `call`, an hbk_status(char* buffer, size_t capacity, size_t* length, hbk_error* error), puts
// into the buffer; it is called again for as long as the text outgrows it. Throws CommandError.
template <class Call>
std::string TextOf(Call call) {
  std::string text(4'096, '\0');
  for (;;) {
    size_t length = 0;
    hbk_error error = HBK_ERROR_INIT;
    const hbk_status status = call(text.data(), text.size(), &length, &error);
    if (status != HBK_TOO_SMALL) {
      Check(status, error);
      text.resize(length);
      return text;
    }
    text.resize(length + 1);
  }
}

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_GIVEN_TEXT_H_
