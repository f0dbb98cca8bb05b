// What the ledger's entries come to in plain double entry, for peers that know accounts and amounts
// alone. They are given it ready-made; Hourbook works it out of the entry and judges it by its rules.
//
// - service: the minutes go from the team to the volunteer;
// - award: the points from the programme to the volunteer;
// - redeem, which holds: the points from the volunteer to an account of what is held for the station;
// - post, which completes the hold of its ref: the points from that account to the station's own.
#ifndef BENCH_PEERS_MOVEMENT_H_
#define BENCH_PEERS_MOVEMENT_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "api/hourbook.h"

namespace hourbook::bench {

// A party's id, which leaves byte 5 zero here, with the unit in that byte: peers have types of their
// own for 16 bytes.
using AccountId = std::array<uint8_t, 16>;

struct AccountHash {
  size_t operator()(const AccountId& id) const {
    uint64_t words[2];
    std::memcpy(words, id.data(), sizeof(words));
    return (words[0] ^ (words[1] * 0x9e3779b97f4a7c15)) * 0xff51afd7ed558ccd;
  }
};

inline constexpr uint16_t kHeldPoints = 255;  // the unit of what is held for a station

AccountId AccountOf(const uint8_t party[16], uint16_t unit);

struct Account {
  AccountId id;
  bool may_go_below;  // a source: the team's minutes, the programme's points
};

struct Movement {
  AccountId debit;
  AccountId credit;
  uint64_t amount;
};

// The same work in both forms: as many movements as entries.
struct Batch {
  std::vector<hbk_entry> entries;
  std::vector<Movement> movements;
};

// Works out movements of entries that come in order.
class Bookkeeper {
 public:
  // A post's hold is forgotten: each entry is worked out once.
  Movement MovementOf(const hbk_entry& entry);

 private:
  std::unordered_map<AccountId, Movement, AccountHash> held_;  // by the id of the redeem entry
};

// The accounts of the parties that these entries open.
std::vector<Account> AccountsOf(const std::vector<hbk_entry>& opens);

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_MOVEMENT_H_
