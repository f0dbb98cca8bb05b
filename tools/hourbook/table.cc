#include "tools/hourbook/table.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <utility>

namespace hourbook::cli {
namespace {

constexpr absl::string_view kGap = "  ";

// Lets mbrtowc and wcwidth know UTF-8, whatever the user's locale, for the thread and a while.
class Utf8Locale {
 public:
  Utf8Locale() : previous_(uselocale(Shared())) {}
  ~Utf8Locale() { uselocale(previous_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  // Made once and kept. Null where the system has none: then uselocale changes nothing.
  static locale_t Shared() {
    static const locale_t shared = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return shared;
  }

  locale_t previous_;
};

// C0 controls and DEL. C1 controls are two bytes in UTF-8, the first of them 0xc2.
std::string WithoutControls(std::string text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1 = byte == 0xc2 && i + 1 < text.size() &&
                       static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                       static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_c1) text.erase(i + 1, 1);  // GCC 12 warns of a replace(i, 2, "?")
    if (is_c1 || byte < 0x20 || byte == 0x7f) text[i] = '?';
  }
  return text;
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  const Utf8Locale locale;
  mbstate_t state = {};
  size_t width = 0;
  while (!text.empty()) {
    wchar_t character = 0;
    const size_t length = mbrtowc(&character, text.data(), text.size(), &state);
    if (length == 0 || length > text.size()) {  // a zero byte, or no UTF-8
      state = {};
      width += 1;
      text.remove_prefix(1);
      continue;
    }
    width += static_cast<size_t>(std::max(0, wcwidth(character)));
    text.remove_prefix(length);
  }
  return width;
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  widths_.reserve(columns_.size());
  for (const Column& column : columns_) widths_.push_back(DisplayWidth(column.title));
}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i] = WithoutControls(std::move(cells[i]));
    widths_[i] = std::max(widths_[i], DisplayWidth(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

std::string Table::TakeText() {
  std::string out;
  if (!header_is_printed_) {
    std::vector<std::string> titles;
    titles.reserve(columns_.size());
    for (const Column& column : columns_) titles.push_back(column.title);
    AppendLine(titles, out);
    header_is_printed_ = true;
  }
  for (const auto& row : rows_) AppendLine(row, out);
  rows_.clear();
  return out;
}

void Table::AppendLine(const std::vector<std::string>& cells, std::string& out) const {
  const size_t begin = out.size();
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths_[i] - DisplayWidth(cells[i]), ' ');
    if (i != 0) out.append(kGap.data(), kGap.size());
    if (columns_[i].align == Align::kRight) out += padding;
    out += cells[i];
    if (columns_[i].align == Align::kLeft) out += padding;
  }
  while (out.size() > begin && out.back() == ' ') out.pop_back();
  out += '\n';
}

}  // namespace hourbook::cli
