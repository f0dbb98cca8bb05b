// What a disk may hold after the power failed.
//
// It is told what a program did, call by call. Of what was not synced each write may be there, be missing or
// be torn at a sector or a page, whatever became of the others: a file system may write in any order. A
// name that was made, removed or changed is there for certain once its directory was synced; of those that
// were not, any may be missing, with what needs them. This is harsher than any one file system.
#ifndef TESTS_CRASH_DISK_H_
#define TESTS_CRASH_DISK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/calls/recording.h"

namespace hourbook::crash {

// What there is: files by name, below directories.
struct Contents {
  std::set<std::string> directories;
  std::map<std::string, std::string> files;

  friend bool operator==(const Contents&, const Contents&) = default;
};

class Disk {
 public:
  void Take(const Op& op);

  // How many changes are not certain; they are named by their place among them, oldest first.
  size_t unsynced() const { return unsynced_.size(); }

  // A part of a write that is there where the rest is not.
  struct Part {
    size_t change;
    uint64_t begin;  // of the bytes that it writes
    uint64_t end;
  };

  // What there is where just these changes were written, and a part of one more.
  Contents After(const std::vector<bool>& written) const { return After(written, {kNone, 0, 0}); }
  Contents After(const std::vector<bool>& written, const Part& part) const;

  // Parts of a write that end or begin at one of the multiples of `unit` in its file.
  std::vector<Part> PartsOf(size_t change, uint64_t unit) const;

 private:
  static constexpr size_t kNone = SIZE_MAX;

  struct Tree {
    std::set<std::string> directories;
    std::map<std::string, uint64_t> names;
    std::map<uint64_t, std::string> files;  // by number
  };
  struct Change {
    Op op;
    bool is_certain = false;
  };

  static void Apply(const Op& op, Tree& tree);
  void Settle();

  Tree base_;                      // what is certain, before all changes
  std::vector<Change> changes_;    // in order
  std::vector<size_t> unsynced_;   // those that are not certain
};

}  // namespace hourbook::crash

#endif  // TESTS_CRASH_DISK_H_
