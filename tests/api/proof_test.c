/* Keys, publishing and proofs in the C API, from C: the same source is built as C99 and as C++20. Run
 * with a directory that does not exist yet, whose parent does. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/hourbook.h"
#include "tests/api/check.h"

#define ORIGIN "town.example/hours"

enum { TEXT_MAX = 4096 };

/* A text that came out of the library. */
typedef struct {
  char bytes[TEXT_MAX];
  size_t length;
} text;

static char site[TEXT_MAX];
static text vkey;

static hbk_ledger* create(const char* directory) {
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  hbk_ledger* ledger = NULL;
  options.origin = ORIGIN;
  CHECK_STATUS(HBK_OK, hbk_create(directory, &options, &ledger, NULL));
  return ledger;
}

static void open_parties(hbk_ledger* ledger, uint8_t first, uint8_t last) {
  uint8_t number;
  for (number = first; number <= last; ++number) {
    hbk_entry entry;
    hbk_result result;
    memset(&entry, 0, sizeof(entry));
    entry.id[15] = number;
    entry.credit[15] = number;
    entry.kind = HBK_KIND_OPEN;
    entry.code = HBK_PARTY_VOLUNTEER;
    CHECK_STATUS(HBK_OK, hbk_append(ledger, &entry, 1, HBK_FOREVER, &result, NULL));
    CHECK(result.status == HBK_OK);
  }
}

static hbk_key* generate(const char* name, uint32_t type) {
  hbk_key* key = NULL;
  CHECK_STATUS(HBK_OK, hbk_key_generate(name, type, &key, NULL));
  CHECK(key != NULL);
  return key;
}

static text vkey_of(hbk_key* key) {
  text out;
  CHECK_STATUS(HBK_OK, hbk_key_vkey(key, out.bytes, sizeof(out.bytes), &out.length, NULL));
  CHECK(out.length == strlen(out.bytes));
  return out;
}

static text last_checkpoint(hbk_ledger* ledger) {
  text out;
  CHECK_STATUS(HBK_OK, hbk_published_checkpoint(ledger, out.bytes, sizeof(out.bytes), &out.length,
                                                NULL));
  return out;
}

static text inclusion(hbk_snapshot* snapshot, uint64_t index, const text* note) {
  text out;
  CHECK_STATUS(HBK_OK, hbk_prove_inclusion(snapshot, index, note->bytes, note->length, out.bytes,
                                           sizeof(out.bytes), &out.length, NULL));
  return out;
}

static text consistency(hbk_snapshot* snapshot, uint64_t old_size, const text* note) {
  text out;
  CHECK_STATUS(HBK_OK, hbk_prove_consistency(snapshot, old_size, note->bytes, note->length,
                                             out.bytes, sizeof(out.bytes), &out.length, NULL));
  return out;
}

static void test_keys(const char* directory) {
  char path[TEXT_MAX];
  char small[8] = "before";
  size_t length = 0;
  text mine;
  hbk_key* key = (hbk_key*)&small; /* anything but NULL */
  snprintf(path, sizeof(path), "%s.key", directory);
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_key_generate("two words", HBK_KEY_LOG, &key, NULL));
  CHECK(key == NULL);
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_key_generate(NULL, HBK_KEY_LOG, &key, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_key_generate(ORIGIN, 2, &key, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_key_generate(ORIGIN, HBK_KEY_LOG, NULL, NULL));
  key = generate(ORIGIN, HBK_KEY_LOG);
  mine = vkey_of(key);
  CHECK_STATUS(HBK_TOO_SMALL, hbk_key_vkey(key, small, sizeof(small), &length, NULL));
  CHECK(length == mine.length && strcmp(small, "before") == 0);
  CHECK_STATUS(HBK_TOO_SMALL, hbk_key_vkey(key, NULL, 0, &length, NULL));
  CHECK_STATUS(HBK_TOO_SMALL, hbk_key_vkey(key, mine.bytes, mine.length, &length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_key_vkey(key, NULL, 8, &length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_key_vkey(key, small, sizeof(small), NULL, NULL));
  CHECK_STATUS(HBK_OK, hbk_key_save(key, path, "secret", NULL));
  CHECK_STATUS(HBK_FILE_EXISTS, hbk_key_save(key, path, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_key_save(key, NULL, NULL, NULL));
  hbk_key_close(key);
  hbk_key_close(key);
  hbk_key_close(NULL);
  CHECK_STATUS(HBK_CLOSED, hbk_key_vkey(key, small, sizeof(small), &length, NULL));
  CHECK_STATUS(HBK_PERMISSION_DENIED, hbk_key_load(path, NULL, &key, NULL));
  CHECK(key == NULL);
  CHECK_STATUS(HBK_PERMISSION_DENIED, hbk_key_load(path, "Secret", &key, NULL));
  CHECK_STATUS(HBK_NOT_FOUND, hbk_key_load("/nonexistent/key", NULL, &key, NULL));
  CHECK_STATUS(HBK_OK, hbk_key_load(path, "secret", &key, NULL));
  CHECK(strcmp(vkey_of(key).bytes, mine.bytes) == 0);
  hbk_key_close(key);
}

static int stop_at_once(void* context, uint64_t done, uint64_t total) {
  *(uint64_t*)context = total - done;
  return 1;
}

static void test_publishing_refuses(hbk_ledger* ledger, hbk_key* key) {
  hbk_key* const stranger = generate("elsewhere.example", HBK_KEY_LOG);
  hbk_key* const witness = generate(ORIGIN, HBK_KEY_WITNESS);
  hbk_checkpoint checkpoint;
  hbk_error error = HBK_ERROR_INIT;
  uint64_t left = 0;
  text note;
  memset(&checkpoint, 0, sizeof(checkpoint));
  CHECK_STATUS(HBK_NOT_FOUND, hbk_published_checkpoint(ledger, note.bytes, sizeof(note.bytes),
                                                       &note.length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_publish(ledger, stranger, site, NULL, NULL, &checkpoint, &error));
  CHECK(strstr(error.message, ORIGIN) != NULL);
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_publish(ledger, witness, site, NULL, NULL, &checkpoint, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_publish(ledger, key, NULL, NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_publish(ledger, key, "", NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_CLOSED, hbk_publish(NULL, key, site, NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_CLOSED, hbk_publish(ledger, NULL, site, NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_END,
               hbk_publish(ledger, key, site, stop_at_once, &left, &checkpoint, NULL));
  CHECK(left > 0);
  CHECK(checkpoint.size == 0); /* untouched on failure */
  hbk_key_close(stranger);
  hbk_key_close(witness);
}

/* Leaves the ledger with 6 entries published, after 3. */
static void test_publishing(hbk_ledger* ledger, hbk_key* key, text* first, text* second) {
  hbk_checkpoint checkpoint;
  hbk_stat stat = HBK_STAT_INIT;
  hbk_snapshot* snapshot = NULL;
  char small[4] = "abc";
  size_t length = 0;
  open_parties(ledger, 1, 2);
  CHECK_STATUS(HBK_OK, hbk_publish(ledger, key, site, NULL, NULL, NULL, NULL));
  *first = last_checkpoint(ledger);
  open_parties(ledger, 3, 5);
  CHECK_STATUS(HBK_OK, hbk_publish(ledger, key, site, NULL, NULL, &checkpoint, NULL));
  *second = last_checkpoint(ledger);
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  CHECK_STATUS(HBK_OK, hbk_snapshot_stat(snapshot, &stat, NULL));
  hbk_snapshot_close(snapshot);
  CHECK(checkpoint.size == 6 && memcmp(checkpoint.root, stat.root, 32) == 0);
  CHECK_STATUS(HBK_TOO_SMALL,
               hbk_published_checkpoint(ledger, small, sizeof(small), &length, NULL));
  CHECK(length == second->length && strcmp(small, "abc") == 0);
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_published_checkpoint(ledger, NULL, 1, &length, NULL));
  CHECK_STATUS(HBK_CLOSED, hbk_published_checkpoint(NULL, small, sizeof(small), &length, NULL));
}

static void test_checking_checkpoints(const text* note) {
  hbk_checkpoint checkpoint;
  hbk_error error = HBK_ERROR_INIT;
  hbk_key* const witness = generate(ORIGIN, HBK_KEY_WITNESS);
  hbk_key* const impostor = generate(ORIGIN, HBK_KEY_LOG);
  CHECK_STATUS(HBK_OK, hbk_check_checkpoint(note->bytes, note->length, vkey.bytes, &checkpoint,
                                            NULL));
  CHECK(checkpoint.size == 6);
  CHECK_STATUS(HBK_OK, hbk_check_checkpoint(note->bytes, note->length, vkey.bytes, NULL, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_check_checkpoint(note->bytes, note->length,
                                                 vkey_of(impostor).bytes, NULL, &error));
  CHECK(error.message[0] != '\0');
  CHECK_STATUS(HBK_UNSOUND, hbk_check_checkpoint(note->bytes, note->length - 1, vkey.bytes, NULL,
                                                 NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_check_checkpoint(NULL, 0, vkey.bytes, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_check_checkpoint(NULL, 1, vkey.bytes, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_check_checkpoint(note->bytes, note->length, NULL, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_check_checkpoint(note->bytes, note->length, "no+vkey", NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_check_checkpoint(note->bytes, note->length,
                                                          vkey_of(witness).bytes, NULL, &error));
  CHECK(strstr(error.message, "witness") != NULL);
  hbk_key_close(witness);
  hbk_key_close(impostor);
}

static void test_inclusion(hbk_snapshot* snapshot, const text* note) {
  uint64_t i;
  for (i = 0; i < 6; ++i) {
    hbk_entry recorded, proven;
    hbk_checkpoint checkpoint;
    uint8_t leaf[32];
    uint64_t index = 99;
    const text proof = inclusion(snapshot, i, note);
    CHECK_STATUS(HBK_OK, hbk_entry_by_index(snapshot, i, &recorded, leaf, NULL));
    CHECK_STATUS(HBK_OK, hbk_check_inclusion(proof.bytes, proof.length, vkey.bytes, NULL, &proven,
                                             &index, &checkpoint, NULL));
    CHECK(index == i && checkpoint.size == 6);
    CHECK(memcmp(&recorded, &proven, sizeof(proven)) == 0);
    CHECK_STATUS(HBK_OK, hbk_check_inclusion(proof.bytes, proof.length, vkey.bytes, NULL, NULL,
                                             NULL, NULL, NULL));
    index = 99;
    CHECK_STATUS(HBK_OK, hbk_check_inclusion(proof.bytes, proof.length, vkey.bytes, leaf, NULL,
                                             &index, NULL, NULL));
    CHECK(index == i);
    index = 99;
    leaf[0] ^= 1;
    CHECK_STATUS(HBK_UNSOUND, hbk_check_inclusion(proof.bytes, proof.length, vkey.bytes, leaf,
                                                  NULL, &index, NULL, NULL));
    CHECK(index == 99); /* untouched on failure */
    CHECK_STATUS(HBK_INVALID_ARGUMENT,
                 hbk_check_inclusion(proof.bytes, proof.length, vkey.bytes, leaf, &proven, NULL,
                                     NULL, NULL));
  }
}

static void test_inclusion_refuses(hbk_snapshot* snapshot, const text* first, const text* note) {
  const text proof = inclusion(snapshot, 2, note);
  char small[16] = "before";
  size_t length = 0;
  hbk_error error = HBK_ERROR_INIT;
  CHECK_STATUS(HBK_TOO_SMALL, hbk_prove_inclusion(snapshot, 2, note->bytes, note->length, small,
                                                  sizeof(small), &length, NULL));
  CHECK(length == proof.length && strcmp(small, "before") == 0);
  CHECK_STATUS(HBK_NOT_FOUND, hbk_prove_inclusion(snapshot, 3, first->bytes, first->length, small,
                                                  sizeof(small), &length, &error));
  CHECK(strstr(error.message, "signs 3") != NULL);
  CHECK_STATUS(HBK_NOT_FOUND, hbk_prove_inclusion(snapshot, UINT64_MAX, note->bytes, note->length,
                                                  small, sizeof(small), &length, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_prove_inclusion(snapshot, 2, "hello\n", 6, small, sizeof(small),
                                                &length, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_prove_inclusion(snapshot, 2, NULL, 0, small, sizeof(small),
                                                &length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_prove_inclusion(snapshot, 2, NULL, 1, small,
                                                         sizeof(small), &length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_prove_inclusion(snapshot, 2, note->bytes, note->length,
                                                         NULL, 5, &length, NULL));
  CHECK_STATUS(HBK_CLOSED, hbk_prove_inclusion(NULL, 2, note->bytes, note->length, small,
                                               sizeof(small), &length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_check_inclusion(proof.bytes, proof.length, NULL, NULL,
                                                         NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_check_inclusion(NULL, 1, vkey.bytes, NULL, NULL, NULL,
                                                         NULL, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_check_inclusion(NULL, 0, vkey.bytes, NULL, NULL, NULL, NULL,
                                                NULL));
}

static void test_consistency(hbk_snapshot* snapshot, const text* first, const text* second) {
  hbk_checkpoint before, after;
  uint8_t root[32];
  const text request = consistency(snapshot, 3, second);
  const text from_nothing = consistency(snapshot, 0, second);
  CHECK(strncmp(request.bytes, "old 3\n", 6) == 0);
  CHECK_STATUS(HBK_OK, hbk_check_consistency(request.bytes, request.length, vkey.bytes,
                                             first->bytes, first->length, NULL, &before, &after,
                                             NULL));
  CHECK(before.size == 3 && after.size == 6);
  CHECK_STATUS(HBK_OK, hbk_root(snapshot, 3, root, NULL));
  CHECK(memcmp(before.root, root, 32) == 0);
  CHECK_STATUS(HBK_OK, hbk_check_consistency(request.bytes, request.length, vkey.bytes, NULL, 0,
                                             root, NULL, NULL, NULL));
  root[31] ^= 1;
  CHECK_STATUS(HBK_UNSOUND, hbk_check_consistency(request.bytes, request.length, vkey.bytes, NULL,
                                                  0, root, NULL, NULL, NULL));
  CHECK_STATUS(HBK_UNSOUND, hbk_check_consistency(request.bytes, request.length, vkey.bytes,
                                                  second->bytes, second->length, NULL, NULL, NULL,
                                                  NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_check_consistency(request.bytes, request.length, vkey.bytes, NULL, 0, NULL, NULL,
                                     NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_check_consistency(request.bytes, request.length, vkey.bytes, first->bytes,
                                     first->length, root, NULL, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_check_consistency(request.bytes, request.length, NULL,
                                                           first->bytes, first->length, NULL, NULL,
                                                           NULL, NULL));
  CHECK_STATUS(HBK_OK, hbk_check_consistency(from_nothing.bytes, from_nothing.length, vkey.bytes,
                                             NULL, 0, NULL, &before, &after, NULL));
  CHECK(before.size == 0 && after.size == 6);
}

static void test_consistency_refuses(hbk_snapshot* snapshot, const text* note) {
  char small[16];
  size_t length = 0;
  CHECK_STATUS(HBK_NOT_FOUND, hbk_prove_consistency(snapshot, 7, note->bytes, note->length, small,
                                                    sizeof(small), &length, NULL));
  CHECK_STATUS(HBK_TOO_SMALL, hbk_prove_consistency(snapshot, 3, note->bytes, note->length, small,
                                                    sizeof(small), &length, NULL));
  CHECK(length > sizeof(small));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_prove_consistency(snapshot, 3, NULL, 1, small,
                                                           sizeof(small), &length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_prove_consistency(snapshot, 3, note->bytes, note->length, small, sizeof(small),
                                     NULL, NULL));
  CHECK_STATUS(HBK_CLOSED, hbk_prove_consistency(NULL, 3, note->bytes, note->length, small,
                                                 sizeof(small), &length, NULL));
}

/* The copy is the ledger as it was before its last publication. */
static void test_a_restored_backup(const char* copy, hbk_key* key, const text* note) {
  hbk_ledger* ledger = NULL;
  hbk_snapshot* snapshot = NULL;
  hbk_entry entry;
  hbk_result result;
  text proof;
  memset(&entry, 0, sizeof(entry));
  entry.id[15] = 200;
  entry.credit[15] = 200;
  entry.kind = HBK_KIND_OPEN;
  entry.code = HBK_PARTY_VOLUNTEER;
  CHECK_STATUS(HBK_OK, hbk_open(copy, NULL, &ledger, NULL));
  CHECK_STATUS(HBK_BEHIND, hbk_append(ledger, &entry, 1, HBK_FOREVER, &result, NULL));
  CHECK_STATUS(HBK_BEHIND, hbk_publish(ledger, key, site, NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  CHECK_STATUS(HBK_BEHIND, hbk_prove_inclusion(snapshot, 1, note->bytes, note->length, proof.bytes,
                                               sizeof(proof.bytes), &proof.length, NULL));
  CHECK_STATUS(HBK_BEHIND, hbk_prove_consistency(snapshot, 1, note->bytes, note->length,
                                                 proof.bytes, sizeof(proof.bytes), &proof.length,
                                                 NULL));
  CHECK_STATUS(HBK_OK, hbk_forget_publication(ledger, NULL));
  CHECK_STATUS(HBK_OK, hbk_forget_publication(ledger, NULL));
  hbk_close(ledger);
  CHECK_STATUS(HBK_CLOSED, hbk_forget_publication(ledger, NULL));
  CHECK_STATUS(HBK_OK, hbk_open(copy, NULL, &ledger, NULL));
  CHECK_STATUS(HBK_NOT_FOUND, hbk_published_checkpoint(ledger, proof.bytes, sizeof(proof.bytes),
                                                       &proof.length, NULL));
  CHECK_STATUS(HBK_OK, hbk_append(ledger, &entry, 1, HBK_FOREVER, &result, NULL));
  CHECK(result.status == HBK_OK);
  CHECK_STATUS(HBK_BEHIND, hbk_publish(ledger, key, site, NULL, NULL, NULL, NULL));
  hbk_close(ledger);
}

static void test_read_only(const char* directory, hbk_key* key) {
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  hbk_ledger* ledger = NULL;
  options.flags = HBK_OPEN_READ_ONLY;
  CHECK_STATUS(HBK_OK, hbk_open(directory, &options, &ledger, NULL));
  CHECK_STATUS(HBK_READ_ONLY, hbk_publish(ledger, key, site, NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_READ_ONLY, hbk_forget_publication(ledger, NULL));
  CHECK(last_checkpoint(ledger).length > 0);
  hbk_close(ledger);
}

int main(int argc, char** argv) {
  const char* const directory = argv[1];
  char copy[TEXT_MAX];
  hbk_ledger* ledger;
  hbk_key* key;
  hbk_snapshot* snapshot = NULL;
  text first, second;
  if (argc != 2) {
    fprintf(stderr, "usage: %s NEW-DIRECTORY\n", argv[0]);
    return 2;
  }
  snprintf(site, sizeof(site), "%s.site", directory);
  snprintf(copy, sizeof(copy), "%s.copy", directory);
  test_keys(directory);
  key = generate(ORIGIN, HBK_KEY_LOG);
  vkey = vkey_of(key);
  ledger = create(directory);
  test_publishing_refuses(ledger, key);
  test_publishing(ledger, key, &first, &second);
  test_checking_checkpoints(&second);
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  test_inclusion(snapshot, &second);
  test_inclusion_refuses(snapshot, &first, &second);
  test_consistency(snapshot, &first, &second);
  test_consistency_refuses(snapshot, &second);
  CHECK_STATUS(HBK_OK, hbk_backup(ledger, copy, NULL));
  open_parties(ledger, 6, 7);
  CHECK_STATUS(HBK_OK, hbk_publish(ledger, key, site, NULL, NULL, NULL, NULL));
  second = last_checkpoint(ledger);
  hbk_close(ledger);
  test_read_only(directory, key);
  test_a_restored_backup(copy, key, &second);
  hbk_key_close(key);
  printf("%d checks, %d failed\n", checks_made, checks_failed);
  return checks_failed == 0 ? 0 : 1;
}
