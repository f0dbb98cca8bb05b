// What any call of the C API must keep to, whatever it was given.
#ifndef FUZZ_CALLS_EXPECT_H_
#define FUZZ_CALLS_EXPECT_H_

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string>

#include "api/hourbook.h"
#include "fuzz/fuzz_input.h"

namespace hourbook::fuzz {

// A call gives one of the statuses that its contract lists.
inline void ExpectOneOf(hbk_status status, std::initializer_list<hbk_status> listed) {
  const bool is_listed = std::find(listed.begin(), listed.end(), status) != listed.end();
  if (!is_listed)
    std::fprintf(stderr, "status %u, %s, is none of those listed\n", status,
                 hbk_status_name(status));
  FUZZ_CHECK(is_listed);
}

// What is wrong with a call before the ledger is asked.
struct Call {
  bool is_open = true;      // its handle
  bool is_hostile = false;  // an argument that the contract forbids
};

// As ExpectOneOf, where nothing is wrong; else the refusal that fits.
inline void Expect(const Call& call, hbk_status status, std::initializer_list<hbk_status> listed) {
  if (call.is_open && !call.is_hostile) return ExpectOneOf(status, listed);
  const bool may_be_closed = !call.is_open && status == HBK_CLOSED;
  const bool may_be_invalid = call.is_hostile && status == HBK_INVALID_ARGUMENT;
  if (!may_be_closed && !may_be_invalid) std::fprintf(stderr, "status %u\n", status);
  FUZZ_CHECK(may_be_closed || may_be_invalid);
}

// The error that a call is given: a good one, none, or one of a wrong size, which must stay as it
// is.
class GivenError {
 public:
  explicit GivenError(FuzzInput& input) : form_(input.Below(8)) {
    std::memset(&error_, kUntouched, sizeof(error_));
    error_.struct_size = form_ == kTooSmall ? input.Below(sizeof(error_)) : sizeof(error_);
    if (form_ == kHuge) error_.struct_size = UINT32_MAX;
  }

  hbk_error* get() { return form_ == kNone ? nullptr : &error_; }

  // Once the call has returned.
  void Check(hbk_status status) const {
    if (form_ == kNone) return;
    if (form_ == kTooSmall) {
      FUZZ_CHECK(error_.message[0] == kUntouched &&
                 error_.message[sizeof(error_.message) - 1] == kUntouched);
      return;
    }
    FUZZ_CHECK(error_.status == status);
    FUZZ_CHECK(std::memchr(error_.message, 0, sizeof(error_.message)) != nullptr);
    FUZZ_CHECK((status == HBK_OK) == (error_.message[0] == '\0'));
  }

 private:
  static constexpr uint32_t kNone = 0, kTooSmall = 1, kHuge = 2;
  static constexpr char kUntouched = 0x5a;
  const uint32_t form_;
  hbk_error error_;
};

// Makes a call with an error of some form, and holds it against its status.
template <class Made>
hbk_status WithError(FuzzInput& input, Made made) {
  GivenError error(input);
  const hbk_status status = made(error.get());
  error.Check(status);
  return status;
}

// A struct_size: mostly the right one.
inline uint32_t TakeSize(FuzzInput& input, size_t right, bool& is_hostile) {
  constexpr uint32_t kForms = 16;
  const uint32_t form = input.Below(kForms);
  const auto size = static_cast<uint32_t>(right);
  if (form > 3) return size;
  is_hostile = true;
  const uint32_t wrong[] = {0, size - 1, size + 8, UINT32_MAX};
  return wrong[form];
}

// Asks for a text as the contract says: what does not fit leaves the buffer alone and tells the
// length, and then fits. made(buffer, capacity, length) is the call.
template <class Made>
hbk_status GetText(FuzzInput& input, std::string& text, Made made) {
  constexpr char kUntouched = 0x5a;
  std::string small(input.Below(40), kUntouched);
  size_t length = SIZE_MAX;
  const hbk_status first = made(small.empty() ? nullptr : small.data(), small.size(), &length);
  if (first != HBK_TOO_SMALL) {
    if (first == HBK_OK) text = small.substr(0, length);
    if (first != HBK_OK) FUZZ_CHECK(length == SIZE_MAX);
    return first;
  }
  FUZZ_CHECK(length >= small.size());
  FUZZ_CHECK(small.find_first_not_of(kUntouched) == std::string::npos);
  std::string whole(length + 1, kUntouched);
  size_t again = 0;
  FUZZ_CHECK(made(whole.data(), length, &again) == HBK_TOO_SMALL && again == length);
  FUZZ_CHECK(made(whole.data(), length + 1, &again) == HBK_OK && again == length);
  FUZZ_CHECK(whole.back() == '\0');
  text = whole.substr(0, length);
  return HBK_OK;
}

}  // namespace hourbook::fuzz

#endif  // FUZZ_CALLS_EXPECT_H_
