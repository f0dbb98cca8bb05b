// A second process that works on the same files as the one that records, in turn with it, so that the
// calls of both have an order.
#ifndef TESTS_CRASH_OTHER_PROCESS_H_
#define TESTS_CRASH_OTHER_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>

#include "tests/calls/recording.h"

namespace hourbook::crash {

class OtherProcess {
 public:
  // Forks: no other thread may run, and no ledger may be open.
  OtherProcess(Recording& recording, const std::function<uint64_t(uint64_t)>& work);
  ~OtherProcess();
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  // Has it do work(order) and returns what that returned, once what it did to its files is in the recording.
  uint64_t Do(uint64_t order);

 private:
  Recording& recording_;
  pid_t process_;
  int orders_;   // to it
  int answers_;  // from it
};

}  // namespace hourbook::crash

#endif  // TESTS_CRASH_OTHER_PROCESS_H_
