// What this process does to the files below a directory, call by call (calls.h).
#ifndef TESTS_CALLS_RECORDING_H_
#define TESTS_CALLS_RECORDING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace hourbook {

struct Op {
  enum class Kind {
    kWrite,          // of file: data at offset
    kSyncedWrite,    // the same, and this much was on disk when the call returned
    kResize,         // of file, to offset bytes
    kSync,           // of file: its contents and size
    kMakeDirectory,  // name
    kMakeFile,       // name, of file
    kLink,           // name, to a file that has one already
    kRename,         // from name to new_name
    kRemove,         // name
    kSyncDirectory,  // the names in name
    kSyncAll,
    kPromise,        // the program says that `offset` is now promised
  };
  Kind kind;
  uint64_t file = 0;  // the same number for the same file under any name
  uint64_t offset = 0;
  std::string data = {};
  std::string name = {};  // below the directory; the directory itself is ""
  std::string new_name = {};
};

// One at a time in a process. Calls of several threads are put in an order, which is the order they
// have.
class Recording {
 public:
  // Of what is done below the directory, which must exist and be empty.
  explicit Recording(const std::string& directory);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  // Says that a number is now promised, whatever it means to the test.
  void Promise(uint64_t number);

  // What was done since the beginning or the last call of this. A process that was forked from the one that
  // records goes on recording its own calls, for the other to Add.
  std::vector<Op> Split();

  // What another process did meanwhile, to files that were there before it was forked.
  void Add(std::vector<Op> others);

  // Ends it.
  std::vector<Op> Take();
};

}  // namespace hourbook

#endif  // TESTS_CALLS_RECORDING_H_
