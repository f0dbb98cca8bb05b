// The hashes of the chain and the tree: SHA-256 with the domain separation of RFC 6962,
// section 2.1. Thread-safe. Needs no memory and never fails.
#ifndef LEDGER_CHAIN_HASHER_H_
#define LEDGER_CHAIN_HASHER_H_

#include "ledger/base/bytes.h"
#include "ledger/format/entry.h"

namespace hourbook {

// SHA-256(0x00 || leaf_data).
Hash LeafHash(Bytes leaf_data);

// The leaf hash of an entry whose predecessor's leaf hash is prev (zeros for index 0): its leaf
// data is prev || entry, so this one hash is both the link of the chain and the leaf of the tree.
Hash EntryLeafHash(const Hash& prev, const Entry& entry);

// SHA-256(0x01 || left || right).
Hash NodeHash(const Hash& left, const Hash& right);

// Plain SHA-256, for what is neither leaf nor node.
Hash Sha256Of(Bytes bytes);

// The root of a tree without leaves: SHA-256 of nothing.
Hash EmptyRoot();

}  // namespace hourbook

#endif  // LEDGER_CHAIN_HASHER_H_
