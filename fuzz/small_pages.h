// A fuzzer makes tables by the thousand and fills none: no huge pages, each of which is cleared
// first.
#ifndef FUZZ_SMALL_PAGES_H_
#define FUZZ_SMALL_PAGES_H_

#include <sys/prctl.h>

namespace hourbook::fuzz {

// 0; where the system has no such call, it takes longer.
inline const int kSmallPages = ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);

}  // namespace hourbook::fuzz

#endif  // FUZZ_SMALL_PAGES_H_
