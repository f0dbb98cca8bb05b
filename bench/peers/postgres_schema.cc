#include "bench/peers/postgres_schema.h"

namespace hourbook::bench {

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
)sql";

const char* const kPostgresLoaded[3] = {
    "ALTER TABLE account ADD PRIMARY KEY (id)", "VACUUM (FREEZE, ANALYZE) account", "CHECKPOINT"};

const char kPostgresFunctions[] = R"sql(
-- All at once, for a batch in which all stand: says whether it was one. The least that an account has
-- along the batch is held against its balance in the update that moves it, so the check holds entry by
-- entry, in order, and beside other writers.
CREATE FUNCTION append_all(ids uuid[], bodies bytea[], debits uuid[], credits uuid[], amounts bigint[])
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  recorded integer;
  moved integer;
  accounts integer;
BEGIN
  IF 0 >= ANY (amounts) THEN RETURN false; END IF;
  INSERT INTO entry (id, body) SELECT * FROM unnest(ids, bodies) ON CONFLICT (id) DO NOTHING;
  GET DIAGNOSTICS recorded = ROW_COUNT;
  IF recorded < cardinality(ids) THEN RETURN false; END IF;
  WITH move AS (
    SELECT id, -amount AS amount, at
      FROM unnest(debits, amounts) WITH ORDINALITY AS debit (id, amount, at)
    UNION ALL
    SELECT id, amount, at FROM unnest(credits, amounts) WITH ORDINALITY AS credit (id, amount, at)
  ), along AS (
    SELECT id, amount, sum(amount) OVER (PARTITION BY id ORDER BY at) AS so_far FROM move
  ), total AS MATERIALIZED (
    SELECT id, sum(amount)::bigint AS amount, min(so_far)::bigint AS least FROM along GROUP BY id
  ), updated AS (
    UPDATE account SET balance = balance + total.amount FROM total
     WHERE account.id = total.id AND (may_go_below OR balance + least >= 0)
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM updated), (SELECT count(*) FROM total) INTO moved, accounts;
  RETURN moved = accounts;
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

CREATE FUNCTION append_batch(ids uuid[], bodies bytea[], debits uuid[], credits uuid[], amounts bigint[])
RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
  verdicts bytea := '';
BEGIN
  IF cardinality(ids) > 1 THEN
    BEGIN
      IF append_all(ids, bodies, debits, credits, amounts) THEN RETURN NULL; END IF;
      RAISE EXCEPTION USING ERRCODE = 'HB001';  -- takes back what append_all did
    EXCEPTION WHEN SQLSTATE 'HB001' THEN NULL;
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
