#include "tests/model/call.h"

#include <cstring>
#include <type_traits>

namespace hourbook {
namespace {

constexpr absl::string_view kOpNames[] = {"open",    "close",  "append",      "submit", "hold",
                                          "release", "ask",    "open cursor", "next",   "trial",
                                          "publish", "forget", "audit",       "backup"};
static_assert(std::size(kOpNames) == static_cast<size_t>(kLastOp) + 1);

constexpr absl::string_view kWhatNames[] = {
    "stat",    "root",      "balance",   "units",       "entry by index",   "entry by id",  "parties",
    "entries", "statement", "inclusion", "consistency", "proven statement", "audit ledger", "verify"};
static_assert(std::size(kWhatNames) == static_cast<size_t>(kLastWhat) + 1);

// One list of the fields of each, for both directions.
template <class Archive, class AnyCall>
bool VisitCall(Archive& archive, AnyCall& r) {
  return archive.Plain(r.op) && archive.Plain(r.ledger) && archive.Plain(r.slot) && archive.Plain(r.cursor) &&
         archive.Plain(r.clock) && archive.Plain(r.number) && archive.Plain(r.map_bits) &&
         archive.Array(r.home) && archive.Array(r.path) && archive.Array(r.lengths) &&
         archive.Array(r.entries) && archive.Array(r.questions);
}

template <class Archive, class AnyReply>
bool VisitReply(Archive& archive, AnyReply& r) {
  return archive.Array(r.statuses) && archive.Array(r.outcomes) && archive.Texts(r.answers) &&
         archive.Array(r.trouble) && archive.Plain(r.facts);
}

class Writer {
 public:
  template <class T>
  bool Plain(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return true;
  }

  template <class Items>
  bool Array(const Items& items) {
    Plain(uint64_t{items.size()});
    for (const auto& item : items) Plain(item);
    return true;
  }

  bool Texts(const std::vector<std::string>& texts) {
    Plain(uint64_t{texts.size()});
    for (const std::string& text : texts) Array(text);
    return true;
  }

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(absl::string_view bytes) : bytes_(bytes) {}

  template <class T>
  bool Plain(T& value) {
    if (bytes_.size() < sizeof(value)) return false;
    std::memcpy(&value, bytes_.data(), sizeof(value));
    bytes_.remove_prefix(sizeof(value));
    return true;
  }

  template <class Items>
  bool Array(Items& items) {
    uint64_t count = 0;
    if (!Plain(count) || count > bytes_.size() / sizeof(items[0])) return false;
    items.resize(count);
    for (auto& item : items) Plain(item);
    return true;
  }

  bool Texts(std::vector<std::string>& texts) {
    uint64_t count = 0;
    if (!Plain(count) || count > bytes_.size() / sizeof(count)) return false;
    texts.resize(count);
    for (std::string& text : texts) {
      if (!Array(text)) return false;
    }
    return true;
  }

  bool AtEnd() const { return bytes_.empty(); }

 private:
  absl::string_view bytes_;
};

}  // namespace

absl::string_view NameOf(Op op) { return kOpNames[static_cast<size_t>(op)]; }
absl::string_view NameOf(What what) { return kWhatNames[static_cast<size_t>(what)]; }

std::string Encode(const Call& call) {
  Writer writer;
  VisitCall(writer, call);
  return writer.Take();
}

std::string Encode(const Reply& reply) {
  Writer writer;
  VisitReply(writer, reply);
  return writer.Take();
}

std::optional<Call> DecodeCall(absl::string_view bytes) {
  Reader reader(bytes);
  Call call;
  return VisitCall(reader, call) && reader.AtEnd() ? std::optional(std::move(call)) : std::nullopt;
}

std::optional<Reply> DecodeReply(absl::string_view bytes) {
  Reader reader(bytes);
  Reply reply;
  return VisitReply(reader, reply) && reader.AtEnd() ? std::optional(std::move(reply)) : std::nullopt;
}

}  // namespace hourbook
