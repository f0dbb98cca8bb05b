// The commands that work with a town's sheets.
#ifndef TOOLS_HOURBOOK_IMPORT_COMMAND_H_
#define TOOLS_HOURBOOK_IMPORT_COMMAND_H_

#include <CLI/CLI.hpp>

namespace hourbook::cli {

// `import` and `report`.
void AddImportCommand(CLI::App& app);
void AddReportCommand(CLI::App& app);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_COMMAND_H_
