// A witness on HTTP (C2SP tlog-witness), for this machine alone: whoever shall reach it from outside
// does so through a web server or a tunnel of the operator's.
#ifndef TOOLS_HOURBOOK_WITNESS_SERVER_H_
#define TOOLS_HOURBOOK_WITNESS_SERVER_H_

#include "tools/hourbook/witness/answer.h"

namespace hourbook::cli {

// Serves POST /add-checkpoint and GET /<origin hash>/checkpoint on 127.0.0.1, prints where, and
// returns after SIGTERM or SIGINT. Port 0: one that is free. Throws CommandError where the port
// cannot be had.
void Serve(const WitnessSetup& witness, int port);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_WITNESS_SERVER_H_
