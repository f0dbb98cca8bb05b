// What the code takes for granted about the platform, each checked at compile time.
#ifndef LEDGER_BASE_ASSUMPTIONS_H_
#define LEDGER_BASE_ASSUMPTIONS_H_

#include <bit>
#include <climits>
#include <cstdint>

namespace hourbook {

static_assert(CHAR_BIT == 8, "a byte is eight bits in every format");
static_assert(std::endian::native == std::endian::little,
              "entries are hashed and stored as they lie in memory, which FORMAT.md fixes as "
              "little-endian");
static_assert(sizeof(void*) == 8, "the store maps files larger than a 32-bit address space");
static_assert(static_cast<uint64_t>(int64_t{-1}) == UINT64_MAX, "two's complement");

}  // namespace hourbook

#endif  // LEDGER_BASE_ASSUMPTIONS_H_
