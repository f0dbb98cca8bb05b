#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/model/run.h"
#include "tests/model/text.h"

namespace hourbook {
namespace {

// Leaves out as large pieces as can be, then smaller ones. `still` says whether what is left differs.
template <class Item, class Still>
std::vector<Item> LeaveOut(std::vector<Item> items, Still still) {
  for (size_t piece = std::max<size_t>(items.size() / 2, 1); piece > 0; piece /= 2) {
    for (size_t at = 0; at < items.size();) {
      std::vector<Item> fewer = items;
      const size_t end = std::min(at + piece, fewer.size());
      fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(at), fewer.begin() + static_cast<ptrdiff_t>(end));
      if (still(fewer)) {
        items = std::move(fewer);
      } else {
        at += piece;
      }
    }
  }
  return items;
}

std::string Words(const Question& question) {
  return absl::StrCat("  ", NameOf(question.what), " unit ", question.unit, " capacity ", question.capacity,
                      " number ", question.number, " id ", NameOfId(question.id), "\n");
}

}  // namespace

Mismatch Play(Crew& crew, const std::vector<Step>& steps) {
  Run run(crew);
  Census census;
  int64_t clock = 0;
  for (const Step& step : steps) {
    clock = step.call.clock;
    if (Mismatch found = run.Take(step, census); !found.empty()) return found;
  }
  return run.CompareAll(clock, census);
}

std::vector<Step> Shrink(Crew& crew, std::vector<Step> steps, int plays) {
  const auto differs = [&](const std::vector<Step>& some) {
    return --plays >= 0 && !Play(crew, some).empty();
  };
  steps = LeaveOut(std::move(steps), differs);
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto differs_with = [&](auto change) {
      std::vector<Step> some = steps;
      change(some[i].call);
      return differs(some);
    };
    steps[i].call.questions = LeaveOut(steps[i].call.questions, [&](const std::vector<Question>& fewer) {
      if (fewer.empty()) return false;
      return differs_with([&](Call& call) { call.questions = fewer; });
    });
    if (steps[i].call.lengths.size() != 1) continue;
    steps[i].call.entries = LeaveOut(steps[i].call.entries, [&](const std::vector<Entry>& fewer) {
      return differs_with([&](Call& call) {
        call.entries = fewer;
        call.lengths = {static_cast<uint32_t>(fewer.size())};
      });
    });
    steps[i].call.lengths = {static_cast<uint32_t>(steps[i].call.entries.size())};
  }
  return steps;
}

std::string ToText(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) {
    const Call& call = step.call;
    absl::StrAppend(&text, "at ", call.clock, " process ", step.process, step.kills ? " is killed at " : ": ",
                    NameOf(call.op), " ledger ", call.ledger, " slot ", call.slot, " cursor ", call.cursor,
                    " number ", call.number, "\n");
    size_t at = 0;
    for (const uint32_t length : call.lengths) {
      absl::StrAppend(&text, "  batch of ", length, "\n");
      for (const size_t end = at + std::min<size_t>(length, 64); at < end; ++at) {
        absl::StrAppend(&text, "    ", ToText(call.entries[at]), "\n");
      }
    }
    if (call.questions.size() > 64)
      absl::StrAppend(&text, "  everything\n");
    else
      for (const Question& question : call.questions) absl::StrAppend(&text, Words(question));
  }
  return text;
}

}  // namespace hourbook
