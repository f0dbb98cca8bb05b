#include "ledger/rules/shape.h"

#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>

namespace hourbook {
namespace {

// How a kind uses a field.
enum class Use : uint8_t { kNever, kMay, kMust };

constexpr Use kNever = Use::kNever;
constexpr Use kMay = Use::kMay;
constexpr Use kMust = Use::kMust;

constexpr uint16_t kAnyUnit = 0xffff;
constexpr uint16_t kValueUnit = 0xfffd;    // points or bank minutes
constexpr uint16_t kDefinedUnit = 0xfffe;  // one that a policy entry defines
constexpr auto kMinute = static_cast<uint16_t>(Unit::kMinute);
constexpr auto kPoint = static_cast<uint16_t>(Unit::kPoint);
constexpr auto kNoUnit = static_cast<uint16_t>(Unit::kNone);

struct Shape {
  Kind kind;
  Use debit, credit, ref, activity, recorder, evidence, amount, code;
  uint16_t unit;
  uint16_t flags;  // those it takes beside imported
};

// FORMAT.md's table of kinds, as the rules hold entries to it. The amount of a service, award,
// redeem, settle, transfer or reverse is judged with the kind, which has the better word for zero.
constexpr Shape kShapes[] = {
    // kind          debit   credit  ref     activity recorder evidence amount code   unit flags
    {Kind::kOpen, kNever, kMust, kNever, kNever, kMay, kMay, kNever, kMust, kNoUnit, kFlagLinked},
    {Kind::kClose, kNever, kMust, kNever, kNever, kMay, kMay, kNever, kMay, kNoUnit, kFlagLinked},
    {Kind::kFreeze, kNever, kMust, kNever, kNever, kMay, kMay, kMay, kMust, kNoUnit, kFlagLinked},
    {Kind::kLink, kNever, kMust, kMust, kNever, kMust, kMay, kNever, kMust, kNoUnit, kFlagLinked},
    {Kind::kService, kMust, kMust, kMust, kMay, kMust, kMay, kMay, kMay, kMinute,
     kFlagLinked | kFlagPending | kEvidenceClasses},
    {Kind::kTraining, kMust, kMust, kMay, kMay, kMust, kMay, kMay, kMay, kDefinedUnit,
     kFlagLinked | kEvidenceClasses},
    {Kind::kLegacy, kMust, kMust, kNever, kMay, kMust, kMay, kMay, kMay, kDefinedUnit, kFlagLinked},
    {Kind::kInspection, kMust, kMust, kNever, kMay, kMust, kMay, kMay, kMay, kDefinedUnit,
     kFlagLinked | kEvidenceClasses},
    {Kind::kContribution, kMust, kMust, kNever, kMay, kMay, kMay, kMay, kMay, kDefinedUnit,
     kFlagLinked},
    {Kind::kDistribution, kMust, kMust, kMay, kMay, kMust, kMay, kMay, kMay, kDefinedUnit,
     kFlagLinked},
    {Kind::kAward, kMust, kMust, kMust, kMay, kMay, kMay, kMay, kMay, kValueUnit,
     kFlagLinked | kFlagPending},
    {Kind::kRedeem, kMust, kMust, kMay, kMay, kMay, kMay, kMay, kMay, kPoint,
     kFlagLinked | kFlagPending},
    {Kind::kSettle, kMust, kMust, kMay, kMay, kMay, kMay, kMay, kMay, kPoint, kFlagLinked},
    {Kind::kTransfer, kMust, kMust, kMay, kMay, kMay, kMay, kMay, kMay, kValueUnit,
     kFlagLinked | kFlagPending},
    {Kind::kReverse, kMust, kMust, kMust, kMay, kMay, kMay, kMay, kMust, kAnyUnit, kFlagLinked},
    {Kind::kPost, kMay, kMay, kMust, kMay, kMay, kMay, kMay, kMay, kAnyUnit, kFlagLinked},
    {Kind::kVoid, kMay, kMay, kMust, kMay, kMay, kMay, kMay, kMay, kAnyUnit, kFlagLinked},
    {Kind::kExpire, kMust, kMust, kNever, kNever, kMay, kMay, kMay, kMay, kValueUnit, kFlagLinked},
    // Not linked: policy in force is never taken back.
    {Kind::kPolicy, kNever, kMay, kMay, kMay, kMay, kMay, kMay, kMust, kNoUnit, 0},
    {Kind::kAnchor, kNever, kNever, kNever, kNever, kMay, kMust, kNever, kMust, kNoUnit,
     kFlagLinked},
    {Kind::kErase, kNever, kNever, kMust, kNever, kMust, kMust, kNever, kMay, kNoUnit, kFlagLinked},
};

using ShapesByKind = std::array<const Shape*, static_cast<size_t>(kLastKind) + 1>;

constexpr ShapesByKind ByKind() {
  ShapesByKind shapes{};
  for (const Shape& shape : kShapes) shapes[static_cast<size_t>(shape.kind)] = &shape;
  return shapes;
}

const Shape* ShapeOf(uint16_t kind) {
  static constexpr ShapesByKind kByKind = ByKind();
  return kind < kByKind.size() ? kByKind[kind] : nullptr;
}

// Adds one field's verdict to those before it: the first that is not kOk stands.
void CheckUse(Use use, bool is_set, Verdict& verdict) {
  if (verdict != Verdict::kOk) return;
  if (use == Use::kNever && is_set) verdict = Verdict::kFieldNotAllowed;
  if (use == Use::kMust && !is_set) verdict = Verdict::kFieldMissing;
}

bool UnitFits(const Shape& shape, const Entry& entry) {
  const bool is_defined = entry.unit >= kFirstDefinedUnit;  // whether by a policy, its rule asks
  if (shape.unit == kDefinedUnit) return is_defined;
  if (shape.unit == kValueUnit) {
    return entry.unit == kPoint || entry.unit == static_cast<uint16_t>(Unit::kBankMinute);
  }
  if (shape.unit != kAnyUnit) return entry.unit == shape.unit;
  if (shape.kind == Kind::kReverse && is_defined) return true;
  const bool is_known =
      entry.unit >= kMinute && entry.unit <= static_cast<uint16_t>(Unit::kBankMinute);
  const bool may_be_left_out =
      shape.kind == Kind::kPost || shape.kind == Kind::kVoid;  // the pending entry's is taken
  return is_known || (may_be_left_out && entry.unit == kNoUnit);
}

bool LedgerFieldsAreZero(const Entry& entry) {
  const bool is_imported = (entry.flags & kFlagImported) != 0;
  return entry.reserved == 0 && entry.index == 0 && entry.prev_debit == 0 &&
         entry.prev_credit == 0 && (is_imported || entry.recorded_at == 0);
}

}  // namespace

Verdict CheckShape(const Entry& entry) {
  if (entry.id == kNoId) return Verdict::kIdZero;
  // A genesis is made with the ledger and never handed in.
  const Shape* const shape = ShapeOf(entry.kind);
  if (shape == nullptr) return Verdict::kUnknownKind;
  if ((entry.flags & ~(shape->flags | kFlagImported)) != 0) return Verdict::kUnknownFlag;
  if (std::popcount<uint16_t>(entry.flags & kEvidenceClasses) > 1) return Verdict::kUnknownFlag;
  if (!LedgerFieldsAreZero(entry)) return Verdict::kReservedNotZero;
  if (!UnitFits(*shape, entry)) return Verdict::kUnknownUnit;
  if (entry.timeout != 0 && (entry.flags & kFlagPending) == 0) return Verdict::kTimeoutNotAllowed;
  Verdict verdict = Verdict::kOk;
  const bool awaits_second_person =
      shape->kind == Kind::kService && (entry.flags & kFlagPending) != 0;
  CheckUse(shape->debit, entry.debit != kNoId, verdict);
  CheckUse(shape->credit, entry.credit != kNoId, verdict);
  CheckUse(awaits_second_person ? kNever : shape->ref, entry.ref != kNoId, verdict);
  CheckUse(shape->activity, entry.activity != kNoId, verdict);
  CheckUse(shape->recorder, entry.recorder != kNoId, verdict);
  CheckUse(shape->evidence, entry.evidence != Hash{}, verdict);
  CheckUse(shape->amount, entry.amount != 0, verdict);
  CheckUse(shape->code, entry.code != 0, verdict);
  return verdict;
}

Verdict CompareWithExisting(const Entry& entry, const Entry& existing) {
  const auto kind = static_cast<Kind>(entry.kind);
  const bool may_leave_out = kind == Kind::kPost || kind == Kind::kVoid;
  const bool may_be_computed = kind == Kind::kAward || kind == Kind::kExpire;
  const auto differs = [&](const auto& given, const auto& kept) {
    return given != kept && !(may_leave_out && given == std::decay_t<decltype(given)>{});
  };
  if (entry.kind != existing.kind) return Verdict::kExistsWithDifferentKind;
  if (entry.flags != (existing.flags & ~kFlagLate)) return Verdict::kExistsWithDifferentFlags;
  if (differs(entry.debit, existing.debit)) return Verdict::kExistsWithDifferentDebit;
  if (differs(entry.credit, existing.credit)) return Verdict::kExistsWithDifferentCredit;
  if (differs(entry.unit, existing.unit)) return Verdict::kExistsWithDifferentUnit;
  if (differs(entry.amount, existing.amount) && !(may_be_computed && entry.amount == 0)) {
    return Verdict::kExistsWithDifferentAmount;
  }
  if (entry.code != existing.code) return Verdict::kExistsWithDifferentCode;
  if (entry.ref != existing.ref) return Verdict::kExistsWithDifferentRef;
  if (entry.activity != existing.activity) return Verdict::kExistsWithDifferentActivity;
  if (entry.recorder != existing.recorder) return Verdict::kExistsWithDifferentRecorder;
  if (entry.occurred_at != existing.occurred_at) return Verdict::kExistsWithDifferentOccurredAt;
  if (entry.timeout != existing.timeout) return Verdict::kExistsWithDifferentTimeout;
  if (entry.evidence != existing.evidence) return Verdict::kExistsWithDifferentEvidence;
  return Verdict::kExists;
}

}  // namespace hourbook
