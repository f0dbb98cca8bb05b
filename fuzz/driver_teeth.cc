// A target that stops at a byte which is in no input, to show that the driver finds it and keeps
// it.
#include <algorithm>

#include "fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FUZZ_CHECK(std::find(data, data + size, uint8_t{'x'}) == data + size);
  return 0;
}
