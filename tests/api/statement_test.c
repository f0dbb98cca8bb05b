/* Statements and evidence, from C. Run with a directory that does not exist yet, whose parent does. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/hourbook.h"
#include "tests/api/check.h"

static const int64_t kCreatedAt = INT64_C(1735660800000000000);
static const int64_t kHour = INT64_C(3600000000000);
static const char kPayload[] = "signed in\0at nine";

#define TEXT_MAX 65536
#define PATH_BYTES 512

static void name_id(uint8_t id[16], char letter, uint8_t number) {
  memset(id, 0, 16);
  id[0] = (uint8_t)letter;
  id[15] = number;
}

static hbk_entry open_party(char letter, uint8_t number, uint16_t party_kind) {
  hbk_entry entry;
  memset(&entry, 0, sizeof(entry));
  name_id(entry.id, letter, number);
  entry.id[1] = 'o';
  name_id(entry.credit, letter, number);
  entry.kind = HBK_KIND_OPEN;
  entry.code = party_kind;
  return entry;
}

static hbk_entry service(uint8_t number) {
  hbk_entry entry;
  memset(&entry, 0, sizeof(entry));
  name_id(entry.id, 's', number);
  name_id(entry.debit, 'T', 1);
  name_id(entry.credit, 'V', 1);
  name_id(entry.recorder, 'R', 1);
  name_id(entry.ref, 'R', 2);
  entry.kind = HBK_KIND_SERVICE;
  entry.unit = HBK_UNIT_MINUTE;
  entry.amount = 60;
  entry.occurred_at = kCreatedAt + number * kHour;
  return entry;
}

static void path_below(const char* directory, const char* suffix, char path[PATH_BYTES]) {
  snprintf(path, PATH_BYTES, "%s.%s", directory, suffix);
}

/* A ledger with three services, one of them with evidence. */
static hbk_ledger* create(const char* directory, const uint8_t evidence[32]) {
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  hbk_ledger* ledger = NULL;
  hbk_entry entries[7];
  hbk_result results[7];
  int i;
  options.origin = "town.example/hours";
  options.created_at = kCreatedAt;
  CHECK_STATUS(HBK_OK, hbk_create(directory, &options, &ledger, NULL));
  entries[0] = open_party('T', 1, HBK_PARTY_TEAM);
  entries[1] = open_party('V', 1, HBK_PARTY_VOLUNTEER);
  entries[2] = open_party('R', 1, HBK_PARTY_RECORDER);
  entries[3] = open_party('R', 2, HBK_PARTY_RECORDER);
  for (i = 4; i < 7; ++i) entries[i] = service((uint8_t)i);
  memcpy(entries[5].evidence, evidence, 32);
  CHECK_STATUS(HBK_OK, hbk_append(ledger, entries, 7, HBK_FOREVER, results, NULL));
  for (i = 0; i < 7; ++i) CHECK_STATUS(HBK_OK, results[i].status);
  return ledger;
}

struct text {
  char bytes[TEXT_MAX];
  size_t length;
};

static int take(void* context, const char* piece, size_t length) {
  struct text* const text = (struct text*)context;
  if (length > TEXT_MAX - text->length) return 1;
  memcpy(text->bytes + text->length, piece, length);
  text->length += length;
  return 0;
}

static int take_nothing(void* context, const char* piece, size_t length) {
  (void)context;
  (void)piece;
  (void)length;
  return 1;
}

static int count_entry(void* context, const hbk_entry* entry) {
  CHECK(entry->kind == HBK_KIND_OPEN || entry->kind == HBK_KIND_SERVICE);
  ++*(int*)context;
  return 0;
}

static int stop(void* context, const hbk_entry* entry) {
  (void)context;
  (void)entry;
  return 1;
}

static void check_units(hbk_snapshot* snapshot) {
  uint16_t units[4] = {9, 9, 9, 9};
  uint32_t count = 9;
  uint8_t party[16];
  name_id(party, 'V', 1);
  CHECK_STATUS(HBK_OK, hbk_account_units(snapshot, party, units, 4, &count, NULL));
  CHECK(count == 1 && units[0] == HBK_UNIT_MINUTE && units[1] == 9);
  CHECK_STATUS(HBK_TOO_SMALL, hbk_account_units(snapshot, party, NULL, 0, &count, NULL));
  CHECK(count == 1);
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_account_units(snapshot, party, NULL, 1, &count, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_account_units(snapshot, NULL, units, 4, &count, NULL));
  name_id(party, 'R', 1);
  CHECK_STATUS(HBK_OK, hbk_account_units(snapshot, party, units, 4, &count, NULL));
  CHECK(count == 0);
  name_id(party, 'V', 9);
  CHECK_STATUS(HBK_NOT_FOUND, hbk_account_units(snapshot, party, units, 4, &count, NULL));
  CHECK_STATUS(HBK_CLOSED, hbk_account_units(NULL, party, units, 4, &count, NULL));
}

static void check_statement(struct text* text, const char* vkey) {
  hbk_statement_checked checked = HBK_STATEMENT_CHECKED_INIT;
  hbk_error error = HBK_ERROR_INIT;
  uint8_t party[16];
  int entries = 0;
  CHECK_STATUS(HBK_OK, hbk_check_statement(text->bytes, text->length, vkey, count_entry, &entries,
                                           &checked, &error));
  name_id(party, 'V', 1);
  CHECK(entries == 4 && checked.entries == 4);
  CHECK(memcmp(checked.party, party, 16) == 0);
  CHECK(checked.party_kind == HBK_PARTY_VOLUNTEER && checked.closed == 0);
  CHECK(checked.checkpoint.size == 8 && checked.accounts_count == 1);
  CHECK(checked.accounts[0].unit == HBK_UNIT_MINUTE && checked.accounts[0].from_start == 1);
  CHECK(checked.accounts[0].credits == 180 && checked.accounts[0].debits == 0);
  CHECK(memcmp(text->bytes + checked.checkpoint_offset, "town.example/hours\n", 19) == 0);
  CHECK_STATUS(HBK_END, hbk_check_statement(text->bytes, text->length, vkey, stop, NULL, &checked,
                                            NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_check_statement(text->bytes, text->length, "none", NULL,
                                                         NULL, &checked, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_check_statement(NULL, 1, vkey, NULL, NULL, &checked, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_check_statement(NULL, 0, vkey, NULL, NULL, &checked, NULL));
  text->bytes[200] ^= 1;
  CHECK_STATUS(HBK_UNSOUND, hbk_check_statement(text->bytes, text->length, vkey, NULL, NULL,
                                                &checked, &error));
  CHECK(strstr(error.message, "line 3") != NULL);
  CHECK(checked.entries == 4); /* on failure nothing has changed */
  checked.struct_size = 1;
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_check_statement(text->bytes, text->length, vkey, NULL,
                                                         NULL, &checked, NULL));
}

static void test_statements(hbk_ledger* ledger, const char* site) {
  hbk_key* key = NULL;
  hbk_snapshot* snapshot = NULL;
  hbk_statement_made made;
  char vkey[256], note[1024];
  size_t length = 0, note_length = 0;
  uint8_t party[16];
  struct text* const text = (struct text*)calloc(1, sizeof(struct text));
  CHECK_STATUS(HBK_OK, hbk_key_generate("town.example/hours", HBK_KEY_LOG, &key, NULL));
  CHECK_STATUS(HBK_OK, hbk_key_vkey(key, vkey, sizeof(vkey), &length, NULL));
  CHECK_STATUS(HBK_OK, hbk_publish(ledger, key, site, NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_OK,
               hbk_published_checkpoint(ledger, note, sizeof(note), &note_length, NULL));
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  name_id(party, 'V', 1);
  CHECK_STATUS(HBK_OK, hbk_prove_statement(snapshot, party, 0, INT64_MIN, INT64_MAX, note,
                                           note_length, take, text, &made, NULL));
  CHECK(made.entries == 4 && made.beyond == 0);
  check_units(snapshot);
  check_statement(text, vkey);
  CHECK_STATUS(HBK_END, hbk_prove_statement(snapshot, party, 0, INT64_MIN, INT64_MAX, note,
                                            note_length, take_nothing, NULL, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_prove_statement(snapshot, party, 7, INT64_MIN, INT64_MAX, note, note_length,
                                   take, text, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_prove_statement(snapshot, party, 0, INT64_MIN, INT64_MAX, note, note_length,
                                   NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_prove_statement(snapshot, party, 0, INT64_MIN, INT64_MAX, note, 10,
                                                take, text, NULL, NULL));
  name_id(party, 'V', 9);
  CHECK_STATUS(HBK_NOT_FOUND, hbk_prove_statement(snapshot, party, 0, INT64_MIN, INT64_MAX, note,
                                                  note_length, take, text, NULL, NULL));
  CHECK_STATUS(HBK_CLOSED, hbk_prove_statement(NULL, party, 0, INT64_MIN, INT64_MAX, note,
                                               note_length, take, text, NULL, NULL));
  hbk_snapshot_close(snapshot);
  hbk_key_close(key);
  free(text);
}

static void test_evidence(const char* store, const uint8_t commitment[32]) {
  char opening[256];
  uint8_t other[32];
  size_t length = 0, offset = 0;
  memcpy(other, commitment, 32);
  other[0] ^= 1;
  CHECK_STATUS(HBK_TOO_SMALL, hbk_evidence_show(store, commitment, opening, 4, &length, NULL));
  CHECK(length > sizeof(kPayload) && length < sizeof(opening));
  CHECK_STATUS(HBK_OK,
               hbk_evidence_show(store, commitment, opening, sizeof(opening), &length, NULL));
  CHECK_STATUS(HBK_OK, hbk_evidence_check(opening, length, commitment, &offset, NULL));
  CHECK(length - offset == sizeof(kPayload));
  CHECK(memcmp(opening + offset, kPayload, sizeof(kPayload)) == 0);
  CHECK_STATUS(HBK_OK, hbk_evidence_check(opening, length, commitment, NULL, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_evidence_check(opening, length, other, &offset, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_evidence_check(opening, length - 1, commitment, &offset, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_evidence_check(NULL, 0, commitment, &offset, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_evidence_check(opening, length, NULL, &offset, NULL));
  CHECK_STATUS(HBK_NOT_FOUND, hbk_evidence_erase(store, other, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_evidence_erase("", commitment, NULL));
  CHECK_STATUS(HBK_OK, hbk_evidence_erase(store, commitment, NULL));
  CHECK_STATUS(HBK_OK, hbk_evidence_erase(store, commitment, NULL));
  CHECK_STATUS(HBK_NOT_FOUND,
               hbk_evidence_show(store, commitment, opening, sizeof(opening), &length, NULL));
}

static void test_erasure_is_told(hbk_ledger* ledger, const uint8_t commitment[32]) {
  hbk_entry erase;
  hbk_result result;
  hbk_snapshot* snapshot = NULL;
  memset(&erase, 0, sizeof(erase));
  name_id(erase.id, 'x', 1);
  name_id(erase.ref, 's', 4);
  name_id(erase.recorder, 'R', 1);
  memcpy(erase.evidence, commitment, 32);
  erase.kind = HBK_KIND_ERASE;
  CHECK_STATUS(HBK_OK, hbk_append(ledger, &erase, 1, HBK_FOREVER, &result, NULL));
  CHECK_STATUS(HBK_OTHER_EVIDENCE, result.status);
  CHECK(strcmp(hbk_status_name(HBK_OTHER_EVIDENCE), "other_evidence") == 0);
  name_id(erase.ref, 's', 5);
  CHECK_STATUS(HBK_OK, hbk_append(ledger, &erase, 1, HBK_FOREVER, &result, NULL));
  CHECK_STATUS(HBK_OK, result.status);
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  CHECK_STATUS(HBK_OK, hbk_verify(snapshot, NULL, NULL, NULL));
  hbk_snapshot_close(snapshot);
}

int main(int argc, char** argv) {
  char store[PATH_BYTES], site[PATH_BYTES];
  uint8_t commitment[32];
  hbk_ledger* ledger;
  if (argc != 2) {
    fprintf(stderr, "usage: %s NEW-DIRECTORY\n", argv[0]);
    return 2;
  }
  path_below(argv[1], "evidence", store);
  path_below(argv[1], "site", site);
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_evidence_keep(NULL, kPayload, sizeof(kPayload), commitment, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_evidence_keep(store, NULL, 1, commitment, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_evidence_keep(store, kPayload, HBK_PAYLOAD_MAX + 1, commitment, NULL));
  CHECK_STATUS(HBK_OK, hbk_evidence_keep(store, kPayload, sizeof(kPayload), commitment, NULL));
  ledger = create(argv[1], commitment);
  test_statements(ledger, site);
  test_evidence(store, commitment);
  test_erasure_is_told(ledger, commitment);
  hbk_close(ledger);
  printf("%d checks, %d failed\n", checks_made, checks_failed);
  return checks_failed == 0 ? 0 : 1;
}
