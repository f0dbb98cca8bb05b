// A crash, as the file system sees it: from some call on, nothing reaches it any more.
#ifndef TESTS_AUDIT_STOPPED_CALLS_H_
#define TESTS_AUDIT_STOPPED_CALLS_H_

namespace hourbook {

// The calls of this process that make, sync, rename or remove a file all fail from the `call`-th on,
// counted from here. 0: none does.
void StopCallsAfter(int call);

}  // namespace hourbook

#endif  // TESTS_AUDIT_STOPPED_CALLS_H_
