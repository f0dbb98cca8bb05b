#include "ledger/rules/balance.h"

#include "ledger/base/check.h"

namespace hourbook {
namespace {

// Adds to one side's posted or pending sum, if both together still fit.
bool Grow(uint64_t& posted, uint64_t& pending, uint64_t amount, bool to_pending) {
  const std::optional<uint64_t> both = AddChecked(posted, pending);
  if (!both || !AddChecked(*both, amount)) return false;
  (to_pending ? pending : posted) += amount;
  return true;
}

void EndHold(uint64_t& posted_sum, uint64_t& pending_sum, uint64_t held, uint64_t posted) {
  HOURBOOK_CHECK(posted <= held && held <= pending_sum, "a hold ends once, for what it held");
  pending_sum -= held;
  posted_sum += posted;  // fits: Grow checked that posted and pending do together
}

}  // namespace

std::optional<uint64_t> AddChecked(uint64_t a, uint64_t b) {
  uint64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

uint64_t Available(const Balance& balance) {
  const uint64_t debits = balance.debits_posted + balance.debits_pending;  // Grow keeps it in range
  return balance.credits_posted > debits ? balance.credits_posted - debits : 0;
}

bool Debit(Balance& balance, uint64_t amount, bool pending) {
  return Grow(balance.debits_posted, balance.debits_pending, amount, pending);
}

bool Credit(Balance& balance, uint64_t amount, bool pending) {
  return Grow(balance.credits_posted, balance.credits_pending, amount, pending);
}

void EndDebitHold(Balance& balance, uint64_t held, uint64_t posted) {
  EndHold(balance.debits_posted, balance.debits_pending, held, posted);
}

void EndCreditHold(Balance& balance, uint64_t held, uint64_t posted) {
  EndHold(balance.credits_posted, balance.credits_pending, held, posted);
}

}  // namespace hourbook
