// HOURBOOK_CHECK: what must hold unless our own code is wrong. Always on: going on with a broken
// ledger in memory could write one. Never for input or for what the machine does; those are errors.
#ifndef LEDGER_BASE_CHECK_H_
#define LEDGER_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define HOURBOOK_CHECK(condition, why)                                                         \
  do {                                                                                         \
    if (!(condition)) {                                                                        \
      std::fprintf(stderr, "hourbook: %s:%d: %s (%s)\n", __FILE__, __LINE__, why, #condition); \
      std::abort();                                                                            \
    }                                                                                          \
  } while (false)

#endif  // LEDGER_BASE_CHECK_H_
