#include "tools/hourbook/import/anchors.h"

#include "tools/hourbook/command_error.h"
#include "tools/hourbook/handles.h"

namespace hourbook::cli {

std::vector<hbk_entry> ImportAnchors(hbk_snapshot* snapshot) {
  hbk_filter filter = HBK_FILTER_INIT;
  filter.kind = HBK_KIND_ANCHOR;
  filter.code = kImportAnchor;
  hbk_error error = HBK_ERROR_INIT;
  hbk_cursor* opened = nullptr;
  Check(hbk_entries_open(snapshot, 0, &filter, &opened, &error), error);
  const CursorHandle cursor(opened);
  std::vector<hbk_entry> anchors;
  while (true) {
    hbk_entry anchor;
    uint32_t count = 0;
    const hbk_status status = hbk_cursor_next(opened, &anchor, 1, &count, &error);
    if (status == HBK_END) return anchors;
    Check(status, error);
    anchors.push_back(anchor);
  }
}

}  // namespace hourbook::cli
