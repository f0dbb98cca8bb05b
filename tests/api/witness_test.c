/* Witnesses and policies in the C API, from C: the same source is built as C99 and as C++20. Run with
 * a directory that does not exist yet, whose parent does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/hourbook.h"
#include "tests/api/check.h"

#define ORIGIN "town.example/hours"

enum { TEXT_MAX = 4096 };

/* A text that came out of the library, or goes in. */
typedef struct {
  char bytes[TEXT_MAX];
  size_t length;
} text;

static text vkey_of(hbk_key* key) {
  text out;
  CHECK_STATUS(HBK_OK, hbk_key_vkey(key, out.bytes, sizeof(out.bytes), &out.length, NULL));
  return out;
}

static hbk_key* generate(const char* name, uint32_t type) {
  hbk_key* key = NULL;
  CHECK_STATUS(HBK_OK, hbk_key_generate(name, type, &key, NULL));
  return key;
}

/* A ledger of one entry, published; its checkpoint and the step there from nothing. */
typedef struct {
  hbk_key* log;
  hbk_key* witness;
  text log_vkey;
  text witness_vkey;
  char site[TEXT_MAX];
  char state[TEXT_MAX];
  text step;
  text policy;
} setup;

static void publish(const char* directory, setup* s) {
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  hbk_ledger* ledger = NULL;
  hbk_snapshot* snapshot = NULL;
  text note;
  options.origin = ORIGIN;
  CHECK_STATUS(HBK_OK, hbk_create(directory, &options, &ledger, NULL));
  CHECK_STATUS(HBK_OK, hbk_publish(ledger, s->log, s->site, NULL, NULL, NULL, NULL));
  CHECK_STATUS(HBK_OK, hbk_published_checkpoint(ledger, note.bytes, sizeof(note.bytes),
                                                &note.length, NULL));
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  CHECK_STATUS(HBK_OK, hbk_prove_consistency(snapshot, 0, note.bytes, note.length, s->step.bytes,
                                             sizeof(s->step.bytes), &s->step.length, NULL));
  hbk_close(ledger);
}

static void set_up(const char* directory, setup* s) {
  snprintf(s->site, sizeof(s->site), "%s.site", directory);
  snprintf(s->state, sizeof(s->state), "%s.state", directory);
  CHECK(mkdir(s->state, 0755) == 0);
  s->log = generate(ORIGIN, HBK_KEY_LOG);
  s->witness = generate("witness.example", HBK_KEY_WITNESS);
  s->log_vkey = vkey_of(s->log);
  s->witness_vkey = vkey_of(s->witness);
  s->policy.length = (size_t)snprintf(
      s->policy.bytes, sizeof(s->policy.bytes),
      "log %s\nwitness  w\t%s http://127.0.0.1:1/ \nquorum w\n", s->log_vkey.bytes,
      s->witness_vkey.bytes);
  publish(directory, s);
}

static hbk_status answer(const setup* s, hbk_key* key, const char* request, size_t length,
                         uint32_t* code, text* body, size_t capacity) {
  return hbk_witness_answer(key, s->policy.bytes, s->policy.length, s->state, request, length,
                            code, body->bytes, capacity, &body->length, NULL);
}

static hbk_status check_policy(const setup* s, const text* note, const char* vkey,
                               hbk_checkpoint* checkpoint, int64_t* times, hbk_error* error) {
  return hbk_check_policy(note->bytes, note->length, s->policy.bytes, s->policy.length, vkey,
                          checkpoint, times, error);
}

static text read_checkpoint(const setup* s) {
  char path[TEXT_MAX + 16];
  text note;
  FILE* file;
  snprintf(path, sizeof(path), "%s/checkpoint", s->site);
  file = fopen(path, "rb");
  CHECK(file != NULL);
  note.length = fread(note.bytes, 1, sizeof(note.bytes), file);
  CHECK(fclose(file) == 0);
  return note;
}

static void test_policies(const setup* s) {
  text line;
  char expected[TEXT_MAX + 64];
  hbk_error error = HBK_ERROR_INIT;
  snprintf(expected, sizeof(expected), "witness w %s http://127.0.0.1:1/",
           s->witness_vkey.bytes);
  CHECK_STATUS(HBK_OK, hbk_policy_witness(s->policy.bytes, s->policy.length, 0, line.bytes,
                                          sizeof(line.bytes), &line.length, NULL));
  CHECK(strcmp(line.bytes, expected) == 0 && line.length == strlen(expected));
  CHECK_STATUS(HBK_TOO_SMALL, hbk_policy_witness(s->policy.bytes, s->policy.length, 0, line.bytes,
                                                 line.length, &line.length, NULL));
  CHECK_STATUS(HBK_NOT_FOUND, hbk_policy_witness(s->policy.bytes, s->policy.length, 1, line.bytes,
                                                 sizeof(line.bytes), &line.length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_policy_witness("quorum\n", 7, 0, line.bytes,
                                                        sizeof(line.bytes), &line.length, &error));
  CHECK(strstr(error.message, "policy, line 1: ") != NULL);
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_policy_witness(NULL, 7, 0, line.bytes,
                                                        sizeof(line.bytes), &line.length, NULL));
}

static void test_answers(const setup* s) {
  uint32_t code = 7;
  text body;
  CHECK_STATUS(HBK_TOO_SMALL,
               answer(s, s->witness, s->step.bytes, s->step.length, &code, &body, 100));
  CHECK(code == 7 && body.length > 100);
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               answer(s, s->log, s->step.bytes, s->step.length, &code, &body, TEXT_MAX));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               answer(s, s->witness, s->step.bytes, s->step.length, NULL, &body, TEXT_MAX));
  CHECK_STATUS(HBK_CLOSED, answer(s, NULL, s->step.bytes, s->step.length, &code, &body, TEXT_MAX));
  CHECK_STATUS(HBK_OK, answer(s, s->witness, NULL, 0, &code, &body, TEXT_MAX));
  CHECK(code == 400);
  CHECK_STATUS(HBK_OK, answer(s, s->witness, s->step.bytes, s->step.length - 9, &code, &body,
                              TEXT_MAX));
  CHECK(code == 400);
  /* The call with the buffer too small has done nothing, so this one goes through. */
  CHECK_STATUS(HBK_OK,
               answer(s, s->witness, s->step.bytes, s->step.length, &code, &body, TEXT_MAX));
  CHECK(code == 200 && strlen(body.bytes) == body.length);
  CHECK_STATUS(HBK_OK,
               answer(s, s->witness, s->step.bytes, s->step.length, &code, &body, TEXT_MAX));
  CHECK(code == 409 && strcmp(body.bytes, "1\n") == 0);
}

static void test_adding(setup* s) {
  uint32_t code = 0, added = 7;
  text body;
  int64_t times[HBK_WITNESSES_MAX];
  hbk_checkpoint checkpoint;
  hbk_error error = HBK_ERROR_INIT;
  text note = read_checkpoint(s);
  CHECK_STATUS(HBK_UNSOUND, check_policy(s, &note, NULL, NULL, NULL, &error));
  CHECK(strstr(error.message, "quorum w is missed") != NULL);
  s->step.bytes[4] = '1'; /* old 1: the same size again */
  CHECK_STATUS(HBK_OK,
               answer(s, s->witness, s->step.bytes, s->step.length, &code, &body, TEXT_MAX));
  CHECK(code == 200);
  CHECK_STATUS(HBK_UNSOUND,
               hbk_add_cosignatures(s->site, body.bytes, body.length - 1, s->policy.bytes,
                                    s->policy.length, &added, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_add_cosignatures(s->site, body.bytes, body.length, "x", 1,
                                                          &added, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_add_cosignatures(NULL, body.bytes, body.length, s->policy.bytes,
                                    s->policy.length, &added, NULL));
  CHECK_STATUS(HBK_NOT_FOUND,
               hbk_add_cosignatures(s->state, body.bytes, body.length, s->policy.bytes,
                                    s->policy.length, &added, NULL));
  CHECK(added == 7);
  CHECK_STATUS(HBK_OK, hbk_add_cosignatures(s->site, body.bytes, body.length, s->policy.bytes,
                                            s->policy.length, &added, NULL));
  CHECK(added == 1);
  note = read_checkpoint(s);
  CHECK_STATUS(HBK_OK, check_policy(s, &note, NULL, &checkpoint, times, NULL));
  CHECK(checkpoint.size == 1 && times[0] > INT64_C(1700000000) && times[1] == 0);
  CHECK_STATUS(HBK_OK, check_policy(s, &note, s->log_vkey.bytes, NULL, NULL, NULL));
}

static void test_checking(const setup* s) {
  hbk_checkpoint checkpoint;
  text note = read_checkpoint(s);
  hbk_key* const other = generate(ORIGIN, HBK_KEY_LOG);
  const text other_vkey = vkey_of(other);
  memset(&checkpoint, 7, sizeof(checkpoint));
  CHECK_STATUS(HBK_UNSOUND,
               check_policy(s, &note, other_vkey.bytes, &checkpoint, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               check_policy(s, &note, s->witness_vkey.bytes, &checkpoint, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, check_policy(s, &note, "x", &checkpoint, NULL, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_check_policy(note.bytes, note.length, "quorum none\n", 12, NULL, &checkpoint,
                                NULL, NULL));
  note.length -= 1;
  CHECK_STATUS(HBK_UNSOUND, check_policy(s, &note, NULL, &checkpoint, NULL, NULL));
  note.length = 0;
  CHECK_STATUS(HBK_UNSOUND, check_policy(s, &note, NULL, &checkpoint, NULL, NULL));
  CHECK(checkpoint.size == UINT64_C(0x0707070707070707));
  hbk_key_close(other);
}

static void test_a_lost_directory(setup* s) {
  char state[TEXT_MAX];
  uint32_t code = 0;
  text body;
  memcpy(state, s->state, sizeof(state));
  snprintf(s->state, sizeof(s->state), "no/such");
  CHECK_STATUS(HBK_NOT_FOUND, answer(s, s->witness, s->step.bytes, s->step.length, &code, &body,
                                     sizeof(body.bytes)));
  CHECK(code == 0);
  memcpy(s->state, state, sizeof(state));
}

static void test_what_was_cosigned_last(const setup* s) {
  static const uint8_t unknown[32] = {0};
  text note;
  CHECK_STATUS(HBK_NOT_FOUND, hbk_witness_checkpoint(s->witness, s->state, unknown, note.bytes,
                                                     sizeof(note.bytes), &note.length, NULL));
  CHECK_STATUS(HBK_NOT_FOUND, hbk_witness_checkpoint(s->witness, "no/such", unknown, note.bytes,
                                                     sizeof(note.bytes), &note.length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_witness_checkpoint(s->witness, s->state, NULL, note.bytes, sizeof(note.bytes),
                                      &note.length, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_witness_checkpoint(s->log, s->state, unknown, note.bytes, sizeof(note.bytes),
                                      &note.length, NULL));
}

int main(int argc, char** argv) {
  static setup s;
  if (argc != 2) {
    fprintf(stderr, "usage: %s NEW-DIRECTORY\n", argv[0]);
    return 2;
  }
  set_up(argv[1], &s);
  test_policies(&s);
  test_answers(&s);
  test_adding(&s);
  test_checking(&s);
  test_what_was_cosigned_last(&s);
  test_a_lost_directory(&s);
  hbk_key_close(s.log);
  hbk_key_close(s.witness);
  printf("%d checks, %d failed\n", checks_made, checks_failed);
  return checks_failed == 0 ? 0 : 1;
}
