// A small ledger that holds every kind of record that a store can, and its publication: what is damaged.
#ifndef TESTS_DAMAGE_WHOLE_TOWN_H_
#define TESTS_DAMAGE_WHOLE_TOWN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ledger/chain/signer.h"
#include "ledger/engine/ledger.h"

namespace hourbook::damage {

// Entries of every kind; hashes kept of the tree; ids in runs of several levels, with a merge under way and
// runs to be dropped; a state stored in several parts, with changes and a whole under way and pages to be
// dropped; a last checkpoint, and entries after it.
struct WholeTown {
  std::string ledger, site;  // directories
  std::string made;  // the ledger of which that one is a backup: with free pages, and an older head page
  Signer signer;
  std::vector<Entry> entries;
};

// Makes it in a directory, the same one every time but for the key.
WholeTown MakeWholeTown(const std::string& directory);

LedgerOptions WholeTownOptions();

// Whether a head speaks of a part of the state: as one that is stored, or one that is being written.
bool SpeaksOf(const StateHead& head, uint64_t part);

}  // namespace hourbook::damage

#endif  // TESTS_DAMAGE_WHOLE_TOWN_H_
