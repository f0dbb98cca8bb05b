#include "bench/workload.h"

#include <cmath>
#include <cstring>

namespace hourbook::bench {
namespace {

constexpr uint8_t kGrantCode = 7;

void SetId(uint8_t* id, char letter, uint64_t number) {
  std::memset(id, 0, 16);
  id[0] = static_cast<uint8_t>(letter);
  std::memcpy(id + 8, &number, sizeof(number));
}

hbk_entry Open(char letter, uint64_t number, uint16_t party_kind) {
  hbk_entry entry{};
  SetId(entry.id, letter, number);
  entry.id[1] = 'o';
  SetId(entry.credit, letter, number);
  entry.kind = HBK_KIND_OPEN;
  entry.code = party_kind;
  return entry;
}

hbk_entry Policy(uint16_t topic, uint8_t key, uint64_t amount) {
  hbk_entry entry{};
  SetId(entry.id, 'p', topic);
  SetId(entry.credit, 'P', 0);
  entry.ref[0] = key;
  entry.amount = amount;
  entry.occurred_at = kBenchStart;
  entry.kind = HBK_KIND_POLICY;
  entry.code = topic;
  return entry;
}

}  // namespace

Workload::Workload(uint64_t volunteers, bool random_ids)
    : volunteers_(volunteers), random_ids_(random_ids) {}

std::vector<hbk_entry> Workload::Founding() const {
  std::vector<hbk_entry> entries = {Open('P', 0, HBK_PARTY_PROGRAMME),
                                    Policy(HBK_POLICY_BUDGET, 0, UINT64_MAX),
                                    Policy(HBK_POLICY_GRANT, kGrantCode, 1'000)};
  for (uint64_t i = 0; i < volunteers_; ++i) entries.push_back(Open('V', i, HBK_PARTY_VOLUNTEER));
  return entries;
}

void Workload::Fill(std::vector<hbk_entry>& batch) {
  for (hbk_entry& entry : batch) {
    // Half of what happens is done by the square root of them all: a volunteer's number is
    // distributed as n^u, which is Zipf with exponent 1.
    const double u = std::uniform_real_distribution<double>(0, 1)(random_);
    const auto volunteer = static_cast<uint64_t>(
        std::pow(static_cast<double>(volunteers_), u));
    entry = hbk_entry{};
    SetId(entry.id, 'a', next_);
    if (random_ids_) {
      const uint64_t bits[2] = {random_(), random_()};
      std::memcpy(entry.id, bits, sizeof(bits));
    }
    SetId(entry.debit, 'P', 0);
    SetId(entry.credit, 'V', volunteer % volunteers_);
    SetId(entry.ref, 'c', next_);
    entry.amount = 1 + next_ % 100;
    entry.occurred_at = kBenchStart + 1;
    entry.kind = HBK_KIND_AWARD;
    entry.unit = HBK_UNIT_POINT;
    entry.code = kGrantCode;
    ++next_;
  }
}

}  // namespace hourbook::bench
