// What somebody who changes a store and knows its format makes right again.
#ifndef TESTS_DAMAGE_FORGE_H_
#define TESTS_DAMAGE_FORGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/store/record.h"
#include "tests/damage/raw_store.h"

namespace hourbook::damage {

// All that a store holds: values by database and key.
using Contents = std::map<std::pair<std::string, std::string>, std::string>;

Contents ContentsOf(const std::vector<RawRecord>& records);

// Makes a store that holds `before` hold `after`.
void Replace(RawStore& store, const Contents& before, const Contents& after);

// How much is made right. Each has what is before it, too.
enum class Repair : uint32_t {
  kNothing,
  kChecksums,
  kLeaves,     // each entry's leaf hash, which names the one before it
  kTree,       // the kept hashes, and what the head says of the last entry and of the root
  kAllMade,    // what is made of the entries is gone: the index of ids and the stored state
};
inline constexpr uint32_t kRepairs = 5;

void MakeRight(Repair repair, Contents& contents);

}  // namespace hourbook::damage

#endif  // TESTS_DAMAGE_FORGE_H_
