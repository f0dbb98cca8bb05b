/* A check that counts, for tests in plain C. */
#ifndef TESTS_API_CHECK_H_
#define TESTS_API_CHECK_H_

#include <stdio.h>

static int checks_failed = 0;
static int checks_made = 0;

#define CHECK(condition)                                                     \
  do {                                                                       \
    ++checks_made;                                                           \
    if (!(condition)) {                                                      \
      ++checks_failed;                                                       \
      fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
    }                                                                        \
  } while (0)

/* A call that must give a status. */
#define CHECK_STATUS(wanted, call)                                                         \
  do {                                                                                     \
    const hbk_status got_ = (call);                                                        \
    ++checks_made;                                                                         \
    if (got_ != (hbk_status)(wanted)) {                                                    \
      ++checks_failed;                                                                     \
      fprintf(stderr, "%s:%d: %s gave %s, not %s\n", __FILE__, __LINE__, #call,            \
              hbk_status_name(got_), hbk_status_name((hbk_status)(wanted)));               \
    }                                                                                      \
  } while (0)

#endif /* TESTS_API_CHECK_H_ */
