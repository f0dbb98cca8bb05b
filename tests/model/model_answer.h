// The questions put to the model: what a snapshot of the same moment must answer.
#ifndef TESTS_MODEL_MODEL_ANSWER_H_
#define TESTS_MODEL_MODEL_ANSWER_H_

#include <optional>
#include <string>
#include <vector>

#include "tests/model/call.h"
#include "tests/model/model.h"

namespace hourbook {

// The last checkpoint that a ledger remembers, and into which publication it went.
struct LastSigned {
  uint64_t size;
  Hash root;
  uint32_t where;
};

// Of a model that does not change meanwhile.
class ModelAnswers {
 public:
  ModelAnswers(const Model& model, std::optional<LastSigned> published)
      : model_(model), log_(model.log()), published_(published) {}

  // Empty where it is not to be asked.
  std::string Answer(const Question& question);

  // Up to the model's size.
  Hash RootAt(uint64_t size);
  // Whether it has all that was signed.
  bool Holds(const LastSigned& it);

  // What a cursor gives, oldest or newest first, or nothing where there can be none.
  std::optional<std::vector<std::string>> Listed(const Question& question) const;

 private:
  const std::vector<Hash>& Leaves();
  std::string Stat();
  std::string Units(const Question& question) const;
  std::string OneEntry(const Entry* entry);
  std::string Parties(const Question& question) const;
  std::string ListOf(const Question& question) const;
  std::string Inclusion(const Question& question);
  std::string Consistency(const Question& question);
  std::string ProvenStatement(const Question& question);
  std::string AuditLedger();
  std::string SignedText() const;

  const Model& model_;
  const std::vector<Entry>& log_;
  const std::optional<LastSigned> published_;
  std::vector<Hash> leaves_;
};

// Every account of a model with its balance, as an audit tells of them.
std::string AccountsText(const Model& model);

// What an audit reports of a log that is sound.
std::string SoundAudit(const Model& model, const LastSigned& it, uint64_t seen);

}  // namespace hourbook

#endif  // TESTS_MODEL_MODEL_ANSWER_H_
