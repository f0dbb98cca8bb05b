#include "bench/workload.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace hourbook::bench {
namespace {

constexpr uint16_t kCategory = 1;
constexpr int64_t kMinute = 60'000'000'000;

void SetId(uint8_t* id, char letter, uint64_t number, uint64_t part = 0) {
  std::memset(id, 0, 16);
  id[0] = static_cast<uint8_t>(letter);
  std::memcpy(id + 1, &part, 4);
  for (int i = 0; i < 8; ++i) id[8 + i] = static_cast<uint8_t>(number >> (56 - 8 * i));  // so ids grow
}

hbk_entry Open(char letter, uint64_t number, uint64_t part, uint16_t party_kind) {
  hbk_entry entry{};
  SetId(entry.id, letter, number, part);
  entry.id[7] = 'o';
  SetId(entry.credit, letter, number, part);
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

double Zeta(uint64_t count, double theta) {
  double sum = 0;
  for (uint64_t i = 1; i <= count; ++i) sum += std::pow(static_cast<double>(i), -theta);
  return sum;
}

constexpr double kTheta = 0.99;

// An award comes so many services after its own, a post as many redemptions.
constexpr size_t kLag = 64;

}  // namespace

Zipf::Zipf(uint64_t count)
    : count_(count), zeta_(Zeta(count, kTheta)), alpha_(1 / (1 - kTheta)) {
  eta_ = (1 - std::pow(2.0 / static_cast<double>(count), 1 - kTheta)) / (1 - Zeta(2, kTheta) / zeta_);
}

uint64_t Zipf::Next(std::mt19937_64& random) const {
  const double u = std::uniform_real_distribution<double>(0, 1)(random);
  const double uz = u * zeta_;
  if (uz < 1) return 0;
  if (uz < 1 + std::pow(0.5, kTheta)) return std::min<uint64_t>(1, count_ - 1);
  const double rank = static_cast<double>(count_) * std::pow(eta_ * u - eta_ + 1, alpha_);
  return std::min(static_cast<uint64_t>(rank), count_ - 1);
}

Workload::Workload(uint64_t volunteers, bool random_ids, Mix mix, uint64_t part, uint64_t seed)
    : mix_(mix),
      part_(part),
      random_ids_(random_ids),
      random_(seed + (part << 32)),
      zipf_(volunteers),
      volunteers_(volunteers) {}

std::vector<hbk_entry> Workload::Shared() {
  return {Open('P', 0, 0, HBK_PARTY_PROGRAMME),      Open('T', 0, 0, HBK_PARTY_TEAM),
          Open('S', 0, 0, HBK_PARTY_STATION),        Open('R', 0, 0, HBK_PARTY_RECORDER),
          Open('R', 1, 0, HBK_PARTY_RECORDER),       Policy(HBK_POLICY_BUDGET, 0, UINT64_MAX),
          Policy(HBK_POLICY_GRANT, kGrantCode, 1'000), Policy(HBK_POLICY_TARIFF, kCategory, 60)};
}

std::vector<hbk_entry> Workload::Founding() const {
  std::vector<hbk_entry> entries;
  for (uint64_t i = 0; i < volunteers_.size(); ++i) {
    entries.push_back(Open('V', i, part_, HBK_PARTY_VOLUNTEER));
  }
  return entries;
}

// Busy ones lie all over the ledger's accounts, as they would.
uint64_t Workload::NextVolunteer() {
  constexpr uint64_t kPrime = 2'654'435'761;
  return zipf_.Next(random_) * kPrime % volunteers_.size();
}

void Workload::Begin(hbk_entry& entry, uint16_t kind, uint16_t unit) {
  entry = hbk_entry{};
  SetId(entry.id, 'a', next_++, part_);
  if (random_ids_) {
    const uint64_t bits[2] = {random_(), random_()};
    std::memcpy(entry.id, bits, sizeof(bits));
  }
  entry.occurred_at = kBenchStart + 1;
  entry.kind = kind;
  entry.unit = unit;
}

// A minute, right behind the volunteer's last one.
void Workload::MakeService(hbk_entry& entry) {
  Begin(entry, HBK_KIND_SERVICE, HBK_UNIT_MINUTE);
  const uint64_t number = NextVolunteer();
  Volunteer& volunteer = volunteers_[number];
  SetId(entry.debit, 'T', 0);
  SetId(entry.credit, 'V', number, part_);
  SetId(entry.ref, 'R', 1);
  SetId(entry.recorder, 'R', 0);
  entry.amount = 1;
  entry.occurred_at = kBenchStart + volunteer.minutes++ * kMinute;
  entry.code = kCategory;
  Service service{.volunteer = number, .id = {}};
  std::memcpy(service.id, entry.id, sizeof(service.id));
  unpaid_.push_back(service);
  if (unpaid_.size() > 2 * kLag) unpaid_.pop_front();  // one that nobody pays for
}

void Workload::MakeAward(hbk_entry& entry) {
  Begin(entry, HBK_KIND_AWARD, HBK_UNIT_POINT);
  const Service& service = unpaid_.front();
  SetId(entry.debit, 'P', 0);
  SetId(entry.credit, 'V', service.volunteer, part_);
  std::memcpy(entry.ref, service.id, sizeof(entry.ref));
  entry.amount = 1;
  entry.code = kCategory;
  ++volunteers_[service.volunteer].points;
  unpaid_.pop_front();
}

void Workload::MakeRedeem(hbk_entry& entry) {
  Begin(entry, HBK_KIND_REDEEM, HBK_UNIT_POINT);
  uint64_t number = NextVolunteer();
  while (volunteers_[number].points == 0) number = NextVolunteer();
  --volunteers_[number].points;
  SetId(entry.debit, 'V', number, part_);
  SetId(entry.credit, 'S', 0);
  entry.amount = 1;
  entry.flags = HBK_FLAG_PENDING;
  Service redeem{.volunteer = number, .id = {}};
  std::memcpy(redeem.id, entry.id, sizeof(redeem.id));
  held_.push_back(redeem);
}

void Workload::MakePost(hbk_entry& entry) {
  Begin(entry, HBK_KIND_POST, HBK_UNIT_NONE);
  std::memcpy(entry.ref, held_.front().id, sizeof(entry.ref));
  held_.pop_front();
}

void Workload::MakeGrant(hbk_entry& entry) {
  Begin(entry, HBK_KIND_AWARD, HBK_UNIT_POINT);
  const uint64_t number = NextVolunteer();
  SetId(entry.debit, 'P', 0);
  SetId(entry.credit, 'V', number, part_);
  SetId(entry.ref, 'c', next_, part_);
  entry.amount = 1 + next_ % 100;
  entry.code = kGrantCode;
  volunteers_[number].points += static_cast<uint32_t>(entry.amount);
}

void Workload::Fill(std::span<hbk_entry> batch) {
  for (hbk_entry& entry : batch) {
    const uint64_t draw = mix_ == Mix::kGrants ? 99 : random_() % 100;
    if (draw < 45) {
      MakeService(entry);
    } else if (draw < 80 && unpaid_.size() > kLag) {
      MakeAward(entry);
    } else if (draw >= 80 && draw < 87 && unpaid_.size() > kLag) {  // by now there are points
      MakeRedeem(entry);
    } else if (draw >= 87 && draw < 94 && held_.size() > kLag) {
      MakePost(entry);
    } else {
      MakeGrant(entry);
    }
  }
}

}  // namespace hourbook::bench
