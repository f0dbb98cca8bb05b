#include "tools/hourbook/append/entry_parser.h"

#include <cstdint>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/local_time.h"
#include "tools/hourbook/names.h"

namespace hourbook::cli {
namespace {

using Json = nlohmann::json;

// Walks a text and tells how far it has come, so that an error can say where.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char* begin, size_t* column)
      : at_(at), begin_(begin), column_(column) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    *column_ = static_cast<size_t>(at_ - begin_);
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) {
    return a.at_ == b.at_;
  }

 private:
  const char* at_;
  const char* begin_;
  size_t* column_;
};

bool AllDigits(absl::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos;
}

// Takes the events of nlohmann's parser. Each handler returns true; errors are thrown.
class EntryHandler : public nlohmann::json_sax<Json> {
 public:
  size_t column = 1;

  hbk_entry Take() const {
    for (const char* const key : {"id", "kind"}) {
      if (keys_.count(key) == 0) Fail(absl::StrCat("the key \"", key, "\" is missing"));
    }
    return entry_;
  }

  bool start_object(size_t) override {
    if (depth_ != 0) Fail("an entry holds no objects");
    ++depth_;
    return true;
  }
  bool end_object() override { return true; }

  bool key(string_t& name) override {
    key_ = name;
    if (!keys_.insert(name).second) Fail(absl::StrCat("the key \"", name, "\" comes twice"));
    return true;
  }

  bool start_array(size_t) override {
    if (depth_ == 0) Fail("a line is one object");
    if (key_ != "flags" || in_flags_) Wrong("no array");
    in_flags_ = true;
    return true;
  }
  bool end_array() override {
    in_flags_ = false;
    return true;
  }

  bool null() override {
    if (depth_ == 0 || in_flags_) Fail("null is no value here");
    keys_.erase(key_ == "id" || key_ == "kind" ? key_ : "");
    return true;
  }
  bool boolean(bool) override { Wrong("not true or false"); }
  bool number_float(number_float_t, const string_t&) override {
    Wrong("a whole number of at most 64 bits");
  }

  bool number_integer(number_integer_t number) override {
    if (key_ != "occurred_at" && key_ != "recorded_at") Wrong("no negative number");
    TimeField() = number;
    return true;
  }

  bool number_unsigned(number_unsigned_t number) override {
    if (depth_ == 0 || in_flags_) Fail("a number is no value here");
    if (key_ == "amount") {
      entry_.amount = number;
    } else if (key_ == "code") {
      entry_.code = Narrow<uint16_t>(number);
    } else if (key_ == "timeout") {
      entry_.timeout = Narrow<uint32_t>(number);
    } else if (key_ == "unit") {
      entry_.unit = Narrow<uint16_t>(number);
    } else if (key_ == "key") {
      TakeKey(Narrow<uint16_t>(number));
    } else if (key_ == "occurred_at" || key_ == "recorded_at") {
      TimeField() = Narrow<int64_t>(number);
    } else {
      Wrong("no number");
    }
    return true;
  }

  bool string(string_t& text) override {
    if (depth_ == 0) Fail("a line is one object");
    if (in_flags_) {
      entry_.flags |= Named(FlagNames(), text);
    } else if (key_ == "amount") {
      if (!AllDigits(text) || !absl::SimpleAtoi(text, &entry_.amount)) {
        Wrong("0 to 18446744073709551615");
      }
    } else if (key_ == "occurred_at" || key_ == "recorded_at") {
      const std::optional<int64_t> time = ParseTime(text);
      if (!time) Wrong("a time such as 2025-03-01T09:30:00+08:00");
      TimeField() = *time;
    } else if (!TakeName(text)) {
      TakeHex(text);
    }
    return true;
  }

  bool binary(Json::binary_t&) override { Fail("JSON has no binary values"); }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    column = position;
    Fail("this is no JSON");
  }

 private:
  [[noreturn]] void Fail(const std::string& message) const {
    throw EntrySyntaxError(column, message);
  }
  [[noreturn]] void Wrong(absl::string_view wanted) const {
    Fail(absl::StrCat("\"", key_, "\" must be ", wanted));
  }

  template <class T>
  T Narrow(uint64_t number) const {
    if (number > static_cast<uint64_t>(std::numeric_limits<T>::max())) {
      Wrong(absl::StrCat("at most ", std::numeric_limits<T>::max()));
    }
    return static_cast<T>(number);
  }

  uint16_t Named(absl::Span<const Name> names, const std::string& text) const {
    const std::optional<uint16_t> number = NumberOf(names, text);
    if (!number) Wrong(absl::StrCat("one of: ", ListOf(names), "; not \"", text, "\""));
    return *number;
  }

  // Also a number that has no name, as listings print it: a programme's own unit.
  uint16_t NamedOrNumber(absl::Span<const Name> names, const std::string& text) const {
    uint32_t number = 0;
    const bool is_number = absl::SimpleAtoi(text, &number) && number <= UINT16_MAX;
    const bool is_printed = is_number && NameOf(names, static_cast<uint16_t>(number)) == text;
    return is_printed ? static_cast<uint16_t>(number) : Named(names, text);
  }

  bool TakeName(const std::string& text) {
    if (key_ == "kind") {
      entry_.kind = Named(KindNames(), text);
    } else if (key_ == "unit") {
      entry_.unit = NamedOrNumber(UnitNames(), text);
    } else if (key_ == "party_kind") {
      entry_.code = NamedOrNumber(PartyKindNames(), text);
    } else if (key_ == "topic") {
      entry_.code = NamedOrNumber(TopicNames(), text);
    } else if (key_ == "name") {
      if (text.size() > sizeof(entry_.activity)) Wrong("at most 16 bytes of UTF-8");
      text.copy(reinterpret_cast<char*>(entry_.activity), sizeof(entry_.activity));
    } else {
      return false;
    }
    return true;
  }

  // Of a policy: bytes 0 and 1 of ref (FORMAT.md).
  void TakeKey(uint16_t number) {
    entry_.ref[0] = static_cast<uint8_t>(number);
    entry_.ref[1] = static_cast<uint8_t>(number >> 8);
  }

  void TakeHex(const std::string& text) {
    const absl::Span<uint8_t> field = HexField();
    if (field.empty()) {
      Fail(absl::StrCat("the key \"", key_, "\" is unknown, or takes no text"));
    }
    if (!ParseHex(text, field)) Wrong(absl::StrCat(2 * field.size(), " hexadecimal digits"));
  }

  absl::Span<uint8_t> HexField() {
    if (key_ == "id") return absl::MakeSpan(entry_.id);
    if (key_ == "debit") return absl::MakeSpan(entry_.debit);
    if (key_ == "credit") return absl::MakeSpan(entry_.credit);
    if (key_ == "ref") return absl::MakeSpan(entry_.ref);
    if (key_ == "activity") return absl::MakeSpan(entry_.activity);
    if (key_ == "recorder") return absl::MakeSpan(entry_.recorder);
    if (key_ == "evidence") return absl::MakeSpan(entry_.evidence);
    return {};
  }

  int64_t& TimeField() {
    return key_ == "occurred_at" ? entry_.occurred_at : entry_.recorded_at;
  }

  hbk_entry entry_{};
  int depth_ = 0;
  bool in_flags_ = false;
  std::string key_;
  std::set<std::string> keys_;
};

}  // namespace

hbk_entry ParseEntry(absl::string_view line) {
  EntryHandler handler;
  const char* const begin = line.data();
  const CountingIterator first(begin, begin, &handler.column);
  const CountingIterator last(begin + line.size(), begin, &handler.column);
  Json::sax_parse(first, last, &handler);
  return handler.Take();
}

}  // namespace hourbook::cli
