// Room for an audit's own copy of the entries and an index of their ids, in files that nobody else
// sees: so that what was hashed is what is replayed, and memory does not grow with the log.
#ifndef LEDGER_AUDIT_SCRATCH_H_
#define LEDGER_AUDIT_SCRATCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "ledger/base/bytes.h"
#include "ledger/format/entry.h"

namespace hourbook {

// Bytes of a file without a name, mapped and zero at first; in memory where they are few.
class ScratchFile {
 public:
  // kDiskFull where the directory's file system has no room for so much.
  static absl::StatusOr<ScratchFile> Make(const std::string& directory, size_t size);

  ScratchFile(ScratchFile&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  ScratchFile& operator=(ScratchFile&&) = delete;
  ~ScratchFile();

  void* data() const { return data_; }

 private:
  ScratchFile(void* data, size_t size) : data_(data), size_(size) {}

  void* data_;
  size_t size_;
};

// The entries of a log of a size that is known. Different threads may fill different entries; ids
// are for one thread.
class Scratch {
 public:
  static absl::StatusOr<Scratch> Make(const std::string& directory, uint64_t size);

  // The entries [first, first + count), to be filled in or read.
  absl::Span<Entry> Entries(uint64_t first, size_t count) const {
    return absl::MakeSpan(static_cast<Entry*>(entries_.data()) + first, count);
  }
  const Entry& At(uint64_t index) const { return Entries(index, 1)[0]; }

  // Among those that were added.
  std::optional<uint64_t> Find(const Id& id) const;

  // Adds the id of a filled entry, which must not be there.
  void AddId(uint64_t index);

  // Says that an id will be asked for soon.
  void Prefetch(const Id& id) const;

 private:
  // An open-addressed table: each slot is 0, or a tag from the id's hash and the index plus 1.
  static constexpr int kIndexBits = 40;

  Scratch(ScratchFile entries, ScratchFile ids, size_t slots)
      : entries_(std::move(entries)), ids_(std::move(ids)), mask_(slots - 1) {}

  uint64_t* slots() const { return static_cast<uint64_t*>(ids_.data()); }

  ScratchFile entries_;
  ScratchFile ids_;
  size_t mask_;
};

}  // namespace hourbook

#endif  // LEDGER_AUDIT_SCRATCH_H_
