#include "ledger/audit/scratch.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <bit>
#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"

namespace hourbook {

namespace {

// What is so small is kept in memory: a file costs more than the audit.
constexpr size_t kInMemory = size_t{16} << 20;

// A descriptor of a file that has no name any more, or -1 with errno.
int OpenNameless(const std::string& directory, size_t size) {
  if (size <= kInMemory) return ::memfd_create("hourbook-scratch", MFD_CLOEXEC);
  std::string path = absl::StrCat(directory, "/hourbook-scratch.XXXXXX");
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd >= 0) ::unlink(path.c_str());
  return fd;
}

// All of it now, since a page that finds no room later would end the process; and nothing where it
// cannot fit, since filling the disk in vain would harm others. An error number, or 0.
int Allocate(int fd, size_t size) {
  struct statvfs room;
  if (size > kInMemory && ::fstatvfs(fd, &room) == 0 && room.f_bavail < size / room.f_frsize) {
    return ENOSPC;
  }
  return ::posix_fallocate(fd, 0, static_cast<off_t>(size));
}

}  // namespace

absl::StatusOr<ScratchFile> ScratchFile::Make(const std::string& directory, size_t size) {
  const std::string doing = absl::StrCat("making a scratch file of ", size, " bytes in ", directory);
  const int fd = OpenNameless(directory, size);
  if (fd < 0) return SystemFailure(errno, doing);
  const auto close = absl::MakeCleanup([fd] { ::close(fd); });
  if (const int error = Allocate(fd, size); error != 0) return SystemFailure(error, doing);
  void* const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) return SystemFailure(errno, doing);
  return ScratchFile(data, size);
}

ScratchFile::~ScratchFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

absl::StatusOr<Scratch> Scratch::Make(const std::string& directory, uint64_t size) {
  if (size == 0 || size >= uint64_t{1} << kIndexBits) {
    return Fail(Failure::kInvalidArgument,
                absl::StrCat("an audit is of 1 to 2^40 - 1 entries, not ", size));
  }
  const size_t slot_count = std::bit_ceil(size + size / 2 + 1);  // one at least stays empty
  absl::StatusOr<ScratchFile> entries = ScratchFile::Make(directory, size * sizeof(Entry));
  if (!entries.ok()) return entries.status();
  absl::StatusOr<ScratchFile> ids = ScratchFile::Make(directory, slot_count * sizeof(uint64_t));
  if (!ids.ok()) return ids.status();
  return Scratch(*std::move(entries), *std::move(ids), slot_count);
}

// absl::Hash has a seed of its own in each process, so that nobody can make up ids that collide.
std::optional<uint64_t> Scratch::Find(const Id& id) const {
  const size_t hash = absl::HashOf(id);
  const uint64_t tag = hash >> kIndexBits;
  for (size_t slot = hash & mask_; slots()[slot] != 0; slot = (slot + 1) & mask_) {
    const uint64_t index = (slots()[slot] & ((uint64_t{1} << kIndexBits) - 1)) - 1;
    if (slots()[slot] >> kIndexBits == tag && At(index).id == id) return index;
  }
  return std::nullopt;
}

void Scratch::AddId(uint64_t index) {
  const size_t hash = absl::HashOf(At(index).id);
  size_t slot = hash & mask_;
  while (slots()[slot] != 0) slot = (slot + 1) & mask_;
  slots()[slot] = hash >> kIndexBits << kIndexBits | (index + 1);
}

void Scratch::Prefetch(const Id& id) const {
  __builtin_prefetch(&slots()[absl::HashOf(id) & mask_]);
}

}  // namespace hourbook
