#include "bench/peers/postgres_schema.h"

namespace hourbook::bench {

// What was tried, each in turns in one run with what it is compared with, on ext4 with a million volunteers,
// as ratios of entries a second at batches of 1 / 100 / 1,000 / 8,192, and what was kept:
// - every entry by append_one, against append_all: 1.09 / 0.69 / 0.46 / 0.28. Kept for batches of 1, where
//   append_all has 0.79.
// - a plain INSERT that fails where an id is there, against ON CONFLICT DO NOTHING and a count: 0.97 /
//   1.02 / 1.10 / 1.39. Kept. Entries in the order of their ids as well, against the plain one: 0.97 / 1.04 /
//   1.00 / 0.95. Not kept.
// - sum of bigint as bigint and not as numeric: 1.16 / 1.03 / 0.88 / 1.07. Kept; between these figures lies
//   the noise of the run.
// - accounts held against all that the batch takes of them, without a window function: 0.96 / 1.04 / 0.95 /
//   0.22, as batches fall to append_one where somebody spends what came in the same batch. Not kept.
// - a B-tree on idx and not BRIN: 1.04 / 1.00 / 0.83 / 1.11; fillfactor 100 for accounts: 0.97 / 0.97 /
//   0.89 / 1.07, 80: 1.01 / 0.99 / 0.83 / 0.92. Not kept: within the noise.
//
// Room in each page of accounts, so that a new version of a row lands in the page of the old one and
// the index need not know (a heap-only tuple). No vacuum by itself: it would fall into the others'
// rounds.
const char kPostgresTables[] = R"sql(
CREATE TABLE account (
  id uuid NOT NULL,
  balance bigint NOT NULL,
  may_go_below boolean NOT NULL
) WITH (fillfactor = 50, autovacuum_enabled = off);
CREATE TABLE entry (
  idx bigint GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (id)
) WITH (autovacuum_enabled = off);
CREATE INDEX entry_idx ON entry USING brin (idx);
-- PostgreSQL's own sum of bigint gives numeric.
CREATE AGGREGATE total(bigint) (sfunc = int8pl, stype = bigint, initcond = '0');
)sql";

const char* const kPostgresLoaded[3] = {
    "ALTER TABLE account ADD PRIMARY KEY (id)", "VACUUM (FREEZE, ANALYZE) account", "CHECKPOINT"};

const char kPostgresFunctions[] = R"sql(
-- All at once, for a batch in which all stand: says whether it was one, or fails where an id is there.
-- The lowest that an account comes to along the batch is held against its balance in the update that
-- moves it, so the check holds entry by entry, in order, and beside other writers.
CREATE FUNCTION append_all(ids uuid[], bodies bytea[], debits uuid[], credits uuid[], amounts bigint[])
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  updated integer;
  accounts integer;
BEGIN
  IF 0 >= ANY (amounts) THEN RETURN false; END IF;
  INSERT INTO entry (id, body) SELECT * FROM unnest(ids, bodies);
  WITH move AS (
    SELECT id, -amount AS amount, at
      FROM unnest(debits, amounts) WITH ORDINALITY AS debit (id, amount, at)
    UNION ALL
    SELECT id, amount, at FROM unnest(credits, amounts) WITH ORDINALITY AS credit (id, amount, at)
  ), along AS (
    SELECT id, amount, total(amount) OVER (PARTITION BY id ORDER BY at) AS so_far FROM move
  ), change AS MATERIALIZED (
    SELECT id, total(amount) AS amount, min(so_far) AS lowest FROM along GROUP BY id ORDER BY id
  ), moved AS (
    UPDATE account SET balance = balance + change.amount FROM change
     WHERE account.id = change.id AND (may_go_below OR balance + lowest >= 0)
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM change) INTO updated, accounts;
  RETURN updated = accounts;
END $$;

-- One entry.
CREATE FUNCTION append_one(new_id uuid, new_body bytea, from_id uuid, to_id uuid, moved bigint)
RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO entry (id, body) VALUES (new_id, new_body) ON CONFLICT (id) DO NOTHING;
  IF NOT FOUND THEN RETURN 1; END IF;
  IF moved > 0 THEN
    UPDATE account SET balance = balance - moved WHERE id = from_id AND (may_go_below OR balance >= moved);
    IF FOUND THEN
      UPDATE account SET balance = balance + moved WHERE id = to_id;
      IF FOUND THEN RETURN 0; END IF;
      UPDATE account SET balance = balance + moved WHERE id = from_id;
    END IF;
  END IF;
  DELETE FROM entry WHERE id = new_id;
  RETURN 2;
END $$;

-- All at once where that can be, else one by one.
CREATE FUNCTION append_batch(ids uuid[], bodies bytea[], debits uuid[], credits uuid[], amounts bigint[])
RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
  verdicts bytea := '';
BEGIN
  IF cardinality(ids) > 1 THEN
    BEGIN
      IF append_all(ids, bodies, debits, credits, amounts) THEN RETURN NULL; END IF;
      RAISE EXCEPTION USING ERRCODE = 'HB001';  -- takes back what append_all did
    EXCEPTION WHEN SQLSTATE 'HB001' OR unique_violation THEN NULL;
    END;
  END IF;
  verdicts := decode(repeat('00', cardinality(ids)), 'hex');
  FOR i IN 1 .. cardinality(ids) LOOP
    verdicts := set_byte(verdicts, i - 1, append_one(ids[i], bodies[i], debits[i], credits[i], amounts[i]));
  END LOOP;
  RETURN verdicts;
END $$;
)sql";

}  // namespace hourbook::bench
