#include "ledger/store/free_pages.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "ledger/base/assumptions.h"

namespace hourbook {
namespace {

// What LMDB 0.9 lays out in its file, of format 1 and 64 bits (mdb.c: MDB_page, MDB_node, MDB_db, MDB_meta).
struct PageHead {
  uint64_t number;
  uint16_t pad, flags;
  uint16_t lower, upper;  // where its free space begins and ends; the places of its nodes are before it
};
struct Node {
  uint16_t low, high;  // of the value's size, or of a page's number, whose highest 16 bits are the flags
  uint16_t flags, key_size;
};
struct Database {
  uint32_t page_size;
  uint16_t flags, depth;
  uint64_t branches, leaves, overflows, entries, root;
};
struct Meta {
  uint32_t magic, version;
  uint64_t address, map_size;
  Database free, main;
  uint64_t last_page, transaction;
};
static_assert(sizeof(PageHead) == 16 && sizeof(Node) == 8 && sizeof(Database) == 48 && sizeof(Meta) == 136);

constexpr uint32_t kMagic = 0xBEEFC0DE, kVersion = 1;
constexpr uint16_t kBranch = 1, kLeaf = 2;  // of a page
constexpr uint16_t kElsewhere = 1;          // of a node: its value is in pages of its own
constexpr uint64_t kNone = UINT64_MAX;      // for a page: the root of a database without entries
constexpr uint64_t kLargestPage = 32'768;
// LMDB changes no more pages than this in one transaction (MDB_IDL_UM_MAX).
constexpr uint64_t kMostUnwritten = uint64_t{1} << 17;

bool ReadAt(int fd, uint64_t at, void* to, size_t size) {
  return at <= INT64_MAX && ::pread(fd, to, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
}

uint64_t FileSizeOf(int fd) {
  struct stat file;
  return ::fstat(fd, &file) == 0 ? static_cast<uint64_t>(file.st_size) : 0;
}

// The list, and which of the missing pages it has named. What in it cannot be read names none.
class FreeList {
 public:
  FreeList(int fd, uint64_t page_size, uint64_t first_missing, uint64_t missing)
      : fd_(fd),
        page_size_(page_size),
        first_missing_(first_missing),
        is_missing_(missing, true),
        unnamed_(missing) {}

  void Read(uint64_t root) {
    std::vector<uint64_t> unread = {root};
    // Each page is in the tree once: no more than the file has, whatever refers to whatever.
    for (uint64_t left = first_missing_; left > 0 && !unread.empty(); --left) {
      const uint64_t number = unread.back();
      unread.pop_back();
      ReadPage(number, unread);
    }
  }

  bool NamesAllThatIsMissing() const { return unnamed_ == 0; }

 private:
  // Adds to `unread` the pages that it refers to.
  void ReadPage(uint64_t number, std::vector<uint64_t>& unread) {
    std::vector<char> page(page_size_);
    if (number >= first_missing_ || !ReadAt(fd_, number * page_size_, page.data(), page.size())) return;
    PageHead head;
    std::memcpy(&head, page.data(), sizeof(head));
    const size_t end = std::min<size_t>(head.lower, page.size());
    for (size_t place = sizeof(head); place + sizeof(uint16_t) <= end; place += sizeof(uint16_t)) {
      uint16_t at;
      std::memcpy(&at, &page[place], sizeof(at));
      Node node;
      if (at + sizeof(node) > page.size()) continue;
      std::memcpy(&node, &page[at], sizeof(node));
      if ((head.flags & kBranch) != 0 && unread.size() < first_missing_) {
        unread.push_back(node.low | uint64_t{node.high} << 16 | uint64_t{node.flags} << 32);
      } else if ((head.flags & kLeaf) != 0) {
        ReadValue(node, number * page_size_ + at + sizeof(node) + node.key_size);
      }
    }
  }

  // Pages that one transaction freed: how many, then their numbers.
  void ReadValue(const Node& node, uint64_t at) {
    const uint64_t size = node.low | uint64_t{node.high} << 16;
    if ((node.flags & kElsewhere) != 0) {
      uint64_t page = 0;
      if (!ReadAt(fd_, at, &page, sizeof(page)) || page >= first_missing_) return;
      at = page * page_size_ + sizeof(PageHead);
    }
    uint64_t count = 0;
    if (size < sizeof(count) || !ReadAt(fd_, at, &count, sizeof(count))) return;
    at += sizeof(count);
    std::vector<uint64_t> numbers;
    for (uint64_t left = std::min(count, size / sizeof(count) - 1); left > 0; left -= numbers.size()) {
      numbers.resize(std::min(left, page_size_ / sizeof(uint64_t)));
      const size_t bytes = numbers.size() * sizeof(uint64_t);
      if (!ReadAt(fd_, at, numbers.data(), bytes)) return;
      for (const uint64_t number : numbers) Take(number);
      at += bytes;
    }
  }

  void Take(uint64_t number) {
    if (number < first_missing_ || number - first_missing_ >= is_missing_.size()) return;
    const auto missing = is_missing_.begin() + static_cast<int64_t>(number - first_missing_);
    unnamed_ -= *missing;
    *missing = false;
  }

  const int fd_;
  const uint64_t page_size_;
  const uint64_t first_missing_;
  std::vector<bool> is_missing_;
  uint64_t unnamed_;
};

}  // namespace

std::optional<bool> LacksFreePagesAlone(int fd, uint64_t transaction) {
  Meta meta;
  if (!ReadAt(fd, sizeof(PageHead), &meta, sizeof(meta))) return false;
  const uint64_t page_size = meta.free.page_size;
  if (page_size < sizeof(PageHead) + sizeof(Meta) || page_size > kLargestPage) return false;
  // Transactions write the two in turn.
  if (!ReadAt(fd, (transaction & 1) * page_size + sizeof(PageHead), &meta, sizeof(meta))) return false;
  if (meta.magic != kMagic || meta.version != kVersion) return false;
  if (meta.transaction != transaction) return std::nullopt;
  const uint64_t pages = FileSizeOf(fd) / page_size;
  if (meta.last_page < pages) return true;
  const uint64_t missing = meta.last_page - pages;  // and one more
  if (missing >= kMostUnwritten || meta.free.root == kNone) return false;
  FreeList list(fd, page_size, pages, missing + 1);
  list.Read(meta.free.root);
  return list.NamesAllThatIsMissing();
}

}  // namespace hourbook
