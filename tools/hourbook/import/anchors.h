// The anchors that imports left: one at the end of each that ran to its end.
#ifndef TOOLS_HOURBOOK_IMPORT_ANCHORS_H_
#define TOOLS_HOURBOOK_IMPORT_ANCHORS_H_

#include <cstdint>
#include <vector>

#include "api/hourbook.h"

namespace hourbook::cli {

inline constexpr uint16_t kImportAnchor = 1;  // code of such an anchor

// All of them in the order of the ledger. Reads the whole ledger. Throws CommandError.
std::vector<hbk_entry> ImportAnchors(hbk_snapshot* snapshot);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_ANCHORS_H_
