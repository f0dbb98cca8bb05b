// What is made in the database before anything is measured.
#ifndef BENCH_PEERS_POSTGRES_SCHEMA_H_
#define BENCH_PEERS_POSTGRES_SCHEMA_H_

namespace hourbook::bench {

// Tables without the accounts' index, which is made once they are loaded.
extern const char kPostgresTables[];

// What is to follow the loading of the accounts, each statement for itself.
extern const char* const kPostgresLoaded[3];

// append_batch(ids, bodies, debits, credits, amounts): a verdict for each entry, as a byte of Verdict,
// in order; NULL says in short that all are recorded.
extern const char kPostgresFunctions[];

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_POSTGRES_SCHEMA_H_
