// The four sums of an account, and the arithmetic on them that can never wrap.
#ifndef LEDGER_RULES_BALANCE_H_
#define LEDGER_RULES_BALANCE_H_

#include <cstdint>
#include <optional>

namespace hourbook {

// The sum, or nothing where 64 bits cannot hold it.
std::optional<uint64_t> AddChecked(uint64_t a, uint64_t b);

// What an account has been debited and credited with in its unit. Posted sums only grow; pending
// sums rise with each hold and fall as holds are posted, voided or lapse.
struct Balance {
  uint64_t debits_posted;
  uint64_t credits_posted;
  uint64_t debits_pending;
  uint64_t credits_pending;

  friend bool operator==(const Balance& a, const Balance& b) = default;
};

// What the account may still be debited if it must not go below zero: posted credits less all
// debits, pending ones included; pending credits do not count. 0 for an account that is below zero.
uint64_t Available(const Balance& balance);

// Debits, or credits, the account. False, with nothing changed, where any sum of the account would
// not fit 64 bits; posted and pending together must fit too, so that a hold can always be posted.
bool Debit(Balance& balance, uint64_t amount, bool pending);
bool Credit(Balance& balance, uint64_t amount, bool pending);

// Ends a hold of `held` on the debit, or credit, side, of which `posted` moves: 0 for a void or
// lapse, held at most. The hold must be part of the balance.
void EndDebitHold(Balance& balance, uint64_t held, uint64_t posted);
void EndCreditHold(Balance& balance, uint64_t held, uint64_t posted);

}  // namespace hourbook

#endif  // LEDGER_RULES_BALANCE_H_
