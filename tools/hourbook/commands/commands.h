// The commands, each in a file of its own name.
#ifndef TOOLS_HOURBOOK_COMMANDS_COMMANDS_H_
#define TOOLS_HOURBOOK_COMMANDS_COMMANDS_H_

#include <CLI/CLI.hpp>

namespace hourbook::cli {

void AddInitCommand(CLI::App& app);
void AddAppendCommand(CLI::App& app);
void AddBalanceCommand(CLI::App& app);
void AddStatementCommand(CLI::App& app);
void AddEntriesCommand(CLI::App& app);
void AddEntryCommand(CLI::App& app);
void AddPartiesCommand(CLI::App& app);
void AddStatCommand(CLI::App& app);
void AddRootCommand(CLI::App& app);
void AddVerifyCommand(CLI::App& app);
void AddReplayCommand(CLI::App& app);
void AddAuditCommand(CLI::App& app);
void AddBackupCommand(CLI::App& app);

void AddProveStatementCommand(CLI::App& app);
void AddCheckStatementCommand(CLI::App& app);
void AddEvidenceCommand(CLI::App& app);
void AddEraseCommand(CLI::App& app);
void AddExpireCommand(CLI::App& app);
void AddSettleCommand(CLI::App& app);
void AddKeygenCommand(CLI::App& app);
void AddPublishCommand(CLI::App& app);
void AddForgetPublicationCommand(CLI::App& app);
void AddProveCommand(CLI::App& app);
void AddCheckProofCommand(CLI::App& app);
void AddAddCosignaturesCommand(CLI::App& app);
void AddWitnessCommand(CLI::App& app);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_COMMANDS_COMMANDS_H_
