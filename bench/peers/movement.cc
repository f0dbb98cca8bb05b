#include "bench/peers/movement.h"

#include "bench/peers/peer.h"

namespace hourbook::bench {
namespace {

constexpr size_t kUnitAt = 5;

AccountId IdOf(const uint8_t id[16]) {
  AccountId out;
  std::memcpy(out.data(), id, out.size());
  return out;
}

}  // namespace

AccountId AccountOf(const uint8_t party[16], uint16_t unit) {
  AccountId id = IdOf(party);
  if (id[kUnitAt] != 0 || unit == 0 || unit > 255) {
    Fail("peers", "a party's id has no room for a unit: byte 5 is to be zero, the unit 1 to 255");
  }
  id[kUnitAt] = static_cast<uint8_t>(unit);
  return id;
}

Movement Bookkeeper::MovementOf(const hbk_entry& entry) {
  switch (entry.kind) {
    case HBK_KIND_SERVICE:
    case HBK_KIND_AWARD:
      return {AccountOf(entry.debit, entry.unit), AccountOf(entry.credit, entry.unit), entry.amount};
    case HBK_KIND_REDEEM: {
      const AccountId held = AccountOf(entry.credit, kHeldPoints);
      held_[IdOf(entry.id)] = {held, AccountOf(entry.credit, entry.unit), entry.amount};
      return {AccountOf(entry.debit, entry.unit), held, entry.amount};
    }
    case HBK_KIND_POST: {
      const auto found = held_.extract(IdOf(entry.ref));
      if (found.empty()) Fail("peers", "a post whose ref is no redemption that is held");
      return found.mapped();
    }
    default:
      Fail("peers", "the workload has a kind of entry that is not put into movements yet");
  }
}

std::vector<Account> AccountsOf(const std::vector<hbk_entry>& opens) {
  std::vector<Account> accounts;
  for (const hbk_entry& entry : opens) {
    if (entry.kind != HBK_KIND_OPEN) continue;
    switch (entry.code) {
      case HBK_PARTY_VOLUNTEER:
        accounts.push_back({AccountOf(entry.credit, HBK_UNIT_MINUTE), false});
        accounts.push_back({AccountOf(entry.credit, HBK_UNIT_POINT), false});
        break;
      case HBK_PARTY_TEAM:
        accounts.push_back({AccountOf(entry.credit, HBK_UNIT_MINUTE), true});
        break;
      case HBK_PARTY_PROGRAMME:
        accounts.push_back({AccountOf(entry.credit, HBK_UNIT_POINT), true});
        break;
      case HBK_PARTY_STATION:
        accounts.push_back({AccountOf(entry.credit, HBK_UNIT_POINT), false});
        accounts.push_back({AccountOf(entry.credit, kHeldPoints), false});
        break;
      default:  // a recorder has none
        break;
    }
  }
  return accounts;
}

}  // namespace hourbook::bench
