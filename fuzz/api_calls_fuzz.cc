// The C API as a sequence of calls with structs and arguments that may be anything: each call gives
// a status that its contract lists, what failed has changed nothing, what succeeded has grown the
// ledger by just what was accepted, and in the end it opens, verifies, and has all that was
// acknowledged.
#include "fuzz/calls/caller.h"
#include "fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint32_t kMostCalls = 60;
  hourbook::fuzz::FuzzInput input(data, size);
  hourbook::fuzz::Caller caller(input);
  for (uint32_t i = 0; i < kMostCalls && !input.empty(); ++i) caller.Step();
  caller.CheckEnd();
  return 0;
}
