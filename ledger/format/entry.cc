#include "ledger/format/entry.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace hourbook {
namespace {

absl::Status Refuse(size_t offset, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("entry, byte ", offset, ": ", what));
}

bool IsKnown(uint16_t kind) {
  return kind >= static_cast<uint16_t>(Kind::kGenesis) &&
         kind <= static_cast<uint16_t>(kLastKind);
}

}  // namespace

void AppendLeafData(const Hash& prev, const Entry& entry, std::string& bytes) {
  const Bytes own = EntryBytes(entry);
  bytes.append(prev.begin(), prev.end());
  bytes.append(own.begin(), own.end());
}

absl::StatusOr<Entry> DecodeEntry(Bytes bytes) {
  if (bytes.size() != kEntrySize) {
    return absl::InvalidArgumentError(
        absl::StrCat("an entry is ", kEntrySize, " bytes, not ", bytes.size()));
  }
  Entry entry;
  std::memcpy(&entry, bytes.data(), kEntrySize);
  if (entry.id == kNoId) return Refuse(offsetof(Entry, id), "the id is zero");
  if (!IsKnown(entry.kind)) {
    return Refuse(offsetof(Entry, kind), absl::StrCat("unknown kind ", entry.kind));
  }
  if ((entry.flags & ~kKnownFlags) != 0) {
    return Refuse(offsetof(Entry, flags), absl::StrCat("unknown flag bits in ", entry.flags));
  }
  if (entry.reserved != 0) return Refuse(offsetof(Entry, reserved), "reserved is not zero");
  return entry;
}

}  // namespace hourbook
