/* The C API, from C: the same source is built as C99 and as C++20. Run with a directory that does not
 * exist yet, whose parent does. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/hourbook.h"
#include "tests/api/check.h"

static const int64_t kCreatedAt = INT64_C(1735660800000000000);
static const int64_t kHour = INT64_C(3600000000000);

static void name_id(uint8_t id[16], char letter, uint8_t number) {
  memset(id, 0, 16);
  id[0] = (uint8_t)letter;
  id[15] = number;
}

static hbk_entry blank(char letter, uint8_t number, uint16_t kind) {
  hbk_entry entry;
  memset(&entry, 0, sizeof(entry));
  name_id(entry.id, letter, number);
  entry.kind = kind;
  return entry;
}

static hbk_entry open_party(char letter, uint8_t number, uint16_t party_kind) {
  hbk_entry entry = blank('o', number, HBK_KIND_OPEN);
  entry.id[1] = (uint8_t)letter;
  name_id(entry.credit, letter, number);
  entry.code = party_kind;
  return entry;
}

static hbk_entry service(uint8_t number) {
  hbk_entry entry = blank('s', number, HBK_KIND_SERVICE);
  name_id(entry.debit, 'T', 1);
  name_id(entry.credit, 'V', 1);
  name_id(entry.recorder, 'R', 1);
  name_id(entry.ref, 'R', 2);
  entry.unit = HBK_UNIT_MINUTE;
  entry.amount = 60;
  entry.occurred_at = kCreatedAt + number * kHour;
  return entry;
}

static hbk_status append(hbk_ledger* ledger, hbk_entry entry, hbk_result* result) {
  return hbk_append(ledger, &entry, 1, HBK_FOREVER, result, NULL);
}

static hbk_ledger* create(const char* directory) {
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  hbk_ledger* ledger = NULL;
  options.origin = "town.example/hours";
  options.time_zone = "Asia/Shanghai";
  options.utc_offset = 28800;
  options.created_at = kCreatedAt;
  CHECK_STATUS(HBK_OK, hbk_create(directory, &options, &ledger, NULL));
  CHECK(ledger != NULL);
  return ledger;
}

static void test_version_and_names(void) {
  CHECK(strcmp(hbk_version(), HBK_VERSION_STRING) == 0);
  CHECK(strcmp(hbk_status_name(HBK_OK), "ok") == 0);
  CHECK(strcmp(hbk_status_name(HBK_EXISTS_WITH_DIFFERENT_AMOUNT),
               "exists_with_different_amount") == 0);
  CHECK(strcmp(hbk_status_name(99), "unknown") == 0);
  CHECK(strlen(hbk_status_message(HBK_POISONED)) > 20);
  CHECK(sizeof(hbk_entry) == 192);
}

static void test_creating_refuses_what_is_out_of_range(const char* directory) {
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  hbk_error error = HBK_ERROR_INIT;
  hbk_ledger* ledger = (hbk_ledger*)&options; /* anything but NULL */
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_create(directory, &options, &ledger, &error));
  CHECK(ledger == NULL);
  CHECK(error.status == HBK_INVALID_ARGUMENT);
  CHECK(strstr(error.message, "origin") != NULL);
  options.origin = "two words";
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_create(directory, &options, &ledger, NULL));
  options.origin = "fine";
  options.created_at = INT64_MAX;
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_create(directory, &options, &ledger, NULL));
  options.created_at = 0;
  options.flags = 1;
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_create(directory, &options, &ledger, NULL));
  options.flags = 0;
  options.struct_size = 4;
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_create(directory, &options, &ledger, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_create(NULL, NULL, &ledger, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_open("", NULL, &ledger, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_open(directory, NULL, NULL, NULL));
}

static void test_an_error_is_cleared_by_success(const char* directory) {
  hbk_error error = HBK_ERROR_INIT;
  hbk_ledger* ledger = NULL;
  CHECK_STATUS(HBK_NOT_FOUND, hbk_open("/nonexistent/ledger", NULL, &ledger, &error));
  CHECK(error.status == HBK_NOT_FOUND && error.message[0] != '\0');
  CHECK_STATUS(HBK_OK, hbk_open(directory, NULL, &ledger, &error));
  CHECK(error.status == HBK_OK && error.message[0] == '\0');
  hbk_close(ledger);
}

static void test_opening(const char* directory, hbk_ledger* open_one) {
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  hbk_create_options create_options = HBK_CREATE_OPTIONS_INIT;
  hbk_ledger* ledger = open_one;
  CHECK_STATUS(HBK_ALREADY_OPEN, hbk_open(directory, NULL, &ledger, NULL));
  CHECK(ledger == NULL);
  CHECK_STATUS(HBK_NOT_FOUND, hbk_open("/nonexistent/ledger", NULL, &ledger, NULL));
  options.flags = 0x80;
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_open(directory, &options, &ledger, NULL));
  hbk_close(open_one);
  create_options.origin = "again";
  CHECK_STATUS(HBK_LEDGER_EXISTS, hbk_create(directory, &create_options, &ledger, NULL));
}

static void test_appending(hbk_ledger* ledger) {
  static hbk_entry entries[HBK_BATCH_MAX + 1];
  static hbk_result results[HBK_BATCH_MAX + 1];
  hbk_entry different = service(1);
  size_t i;
  entries[0] = open_party('T', 1, HBK_PARTY_TEAM);
  entries[1] = open_party('V', 1, HBK_PARTY_VOLUNTEER);
  entries[2] = open_party('R', 1, HBK_PARTY_RECORDER);
  entries[3] = open_party('R', 2, HBK_PARTY_RECORDER);
  entries[4] = service(1);
  entries[5] = service(1);
  entries[6] = service(2);
  entries[6].amount = 0;
  CHECK_STATUS(HBK_OK, hbk_append(ledger, entries, 7, HBK_FOREVER, results, NULL));
  for (i = 0; i < 5; ++i) {
    CHECK(results[i].status == HBK_OK);
    CHECK(results[i].index == i + 1);
    CHECK(results[i].recorded_at > kCreatedAt);
  }
  CHECK(results[4].debit.debits_posted == 60);
  CHECK(results[4].credit.credits_posted == 60);
  CHECK(results[5].status == HBK_EXISTS && results[5].index == 5);
  CHECK(results[6].status == HBK_ZERO_DURATION && results[6].index == 0);

  different.amount = 61;
  CHECK_STATUS(HBK_OK, append(ledger, different, results));
  CHECK(results[0].status == HBK_EXISTS_WITH_DIFFERENT_AMOUNT && results[0].index == 5);

  different = service(3);
  memset(different.id, 0, 16);
  CHECK_STATUS(HBK_OK, append(ledger, different, results));
  CHECK(results[0].status == HBK_ID_ZERO);
  different = service(3);
  different.unit = 77;
  CHECK_STATUS(HBK_OK, append(ledger, different, results));
  CHECK(results[0].status == HBK_UNKNOWN_UNIT);
  different = service(3);
  different.amount = UINT64_MAX;
  CHECK_STATUS(HBK_OK, append(ledger, different, results));
  CHECK(results[0].status == HBK_TOO_LONG);
  different = service(3);
  different.occurred_at = INT64_MAX;
  CHECK_STATUS(HBK_OK, append(ledger, different, results));
  CHECK(results[0].status == HBK_OCCURRED_IN_FUTURE);

  CHECK_STATUS(HBK_BATCH_EMPTY, hbk_append(ledger, entries, 0, HBK_FOREVER, results, NULL));
  CHECK_STATUS(HBK_BATCH_TOO_LARGE,
               hbk_append(ledger, entries, HBK_BATCH_MAX + 1, HBK_FOREVER, results, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_append(ledger, NULL, 1, HBK_FOREVER, results, NULL));
  for (i = 0; i < HBK_BATCH_MAX; ++i) entries[i] = service(1);
  CHECK_STATUS(HBK_OK, hbk_append(ledger, entries, HBK_BATCH_MAX, 0, results, NULL));
  CHECK(results[HBK_BATCH_MAX - 1].status == HBK_EXISTS);
}

static void test_reading(hbk_ledger* ledger) {
  hbk_snapshot* snapshot = NULL;
  hbk_stat stat = HBK_STAT_INIT;
  hbk_balance balance;
  hbk_entry entry;
  hbk_party parties[8];
  uint32_t count = 0;
  uint8_t id[16];
  uint8_t leaf[32];
  uint8_t root[32];
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  CHECK_STATUS(HBK_OK, hbk_snapshot_stat(snapshot, &stat, NULL));
  CHECK(stat.size == 6 && stat.parties == 4 && stat.accounts == 2 && stat.holds == 0);
  CHECK(strcmp(stat.origin, "town.example/hours") == 0);
  CHECK(strcmp(stat.time_zone, "Asia/Shanghai") == 0);
  CHECK(stat.utc_offset == 28800 && stat.created_at == kCreatedAt);

  name_id(id, 'V', 1);
  CHECK_STATUS(HBK_OK, hbk_account_balance(snapshot, id, HBK_UNIT_MINUTE, &balance, NULL));
  CHECK(balance.credits_posted == 60 && balance.debits_posted == 0);
  CHECK_STATUS(HBK_OK, hbk_account_balance(snapshot, id, HBK_UNIT_POINT, &balance, NULL));
  CHECK(balance.credits_posted == 0);
  name_id(id, 'V', 9);
  CHECK_STATUS(HBK_NOT_FOUND, hbk_account_balance(snapshot, id, HBK_UNIT_POINT, &balance, NULL));

  name_id(id, 's', 1);
  CHECK_STATUS(HBK_OK, hbk_entry_by_id(snapshot, id, &entry, leaf, NULL));
  CHECK(entry.index == 5 && entry.amount == 60);
  CHECK_STATUS(HBK_OK, hbk_entry_by_index(snapshot, 5, &entry, NULL, NULL));
  CHECK(memcmp(entry.id, id, 16) == 0);
  CHECK_STATUS(HBK_NOT_FOUND, hbk_entry_by_index(snapshot, 6, &entry, NULL, NULL));
  CHECK_STATUS(HBK_OK, hbk_root(snapshot, 6, root, NULL));
  CHECK(memcmp(root, stat.root, 32) == 0);
  CHECK_STATUS(HBK_OK, hbk_root(snapshot, 1, root, NULL));
  CHECK_STATUS(HBK_OK, hbk_entry_by_index(snapshot, 0, &entry, leaf, NULL));
  CHECK(memcmp(root, leaf, 32) == 0); /* a tree of one leaf is that leaf */
  CHECK_STATUS(HBK_NOT_FOUND, hbk_root(snapshot, 7, root, NULL));

  CHECK_STATUS(HBK_OK, hbk_parties(snapshot, 0, parties, 8, &count, NULL));
  CHECK(count == 4 && parties[0].kind == HBK_PARTY_TEAM && parties[3].opened == 4);
  CHECK_STATUS(HBK_OK, hbk_parties(snapshot, 4, parties, 8, &count, NULL));
  CHECK(count == 0);
  hbk_snapshot_close(snapshot);
}

static void test_cursors(hbk_ledger* ledger) {
  hbk_snapshot* snapshot = NULL;
  hbk_cursor* cursor = NULL;
  hbk_filter filter = HBK_FILTER_INIT;
  hbk_filter hour = HBK_FILTER_INIT;
  hbk_entry entries[4];
  hbk_result result;
  uint32_t count = 0;
  uint8_t id[16];
  CHECK_STATUS(HBK_OK, append(ledger, service(2), &result));
  CHECK(result.status == HBK_OK);
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));

  name_id(id, 'V', 1);
  CHECK_STATUS(HBK_OK,
               hbk_statement_open(snapshot, id, HBK_UNIT_MINUTE, NULL, &cursor, NULL));
  CHECK_STATUS(HBK_OK, hbk_cursor_next(cursor, entries, 4, &count, NULL));
  CHECK(count == 2 && entries[0].index == 6 && entries[1].index == 5);
  CHECK_STATUS(HBK_END, hbk_cursor_next(cursor, entries, 4, &count, NULL));
  hbk_cursor_close(cursor);
  CHECK_STATUS(HBK_CLOSED, hbk_cursor_next(cursor, entries, 4, &count, NULL));

  filter.kind = HBK_KIND_OPEN;
  filter.code = HBK_PARTY_RECORDER;
  CHECK_STATUS(HBK_OK, hbk_entries_open(snapshot, 0, &filter, &cursor, NULL));
  CHECK_STATUS(HBK_OK, hbk_cursor_next(cursor, entries, 1, &count, NULL));
  CHECK(count == 1 && entries[0].index == 3);
  CHECK_STATUS(HBK_OK, hbk_cursor_next(cursor, entries, 4, &count, NULL));
  CHECK(count == 1 && entries[0].index == 4);
  hbk_cursor_close(cursor);

  hour.from = kCreatedAt + 2 * kHour;
  hour.until = kCreatedAt + 3 * kHour;
  CHECK_STATUS(HBK_OK, hbk_entries_open(snapshot, 0, &hour, &cursor, NULL));
  CHECK_STATUS(HBK_OK, hbk_cursor_next(cursor, entries, 4, &count, NULL));
  CHECK(count == 1 && entries[0].index == 6);
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_cursor_next(cursor, entries, 0, &count, NULL));
  /* Left open: closed with its snapshot. */
  hbk_snapshot_close(snapshot);
  CHECK_STATUS(HBK_CLOSED, hbk_cursor_next(cursor, entries, 4, &count, NULL));
  hbk_cursor_close(cursor);
}

static int stop_at_once(void* context, uint64_t done, uint64_t total) {
  *(int*)context += done <= total;
  return 1;
}

static void test_verifying(hbk_ledger* ledger) {
  hbk_snapshot* snapshot = NULL;
  int calls = 0;
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  CHECK_STATUS(HBK_OK, hbk_verify(snapshot, NULL, NULL, NULL));
  CHECK_STATUS(HBK_END, hbk_verify(snapshot, stop_at_once, &calls, NULL));
  CHECK(calls == 1);
  hbk_snapshot_close(snapshot);
}

static void test_trials(hbk_ledger* ledger) {
  hbk_trial* trial = NULL;
  hbk_result result;
  hbk_entry entry = service(9);
  CHECK_STATUS(HBK_OK, hbk_trial_open(ledger, &trial, NULL));
  CHECK_STATUS(HBK_OK, hbk_trial_judge(trial, &entry, 1, 0, &result, NULL));
  CHECK(result.status == HBK_UNKNOWN_PARTY); /* at size 1 nobody is open */
  CHECK_STATUS(HBK_OK, hbk_trial_advance(trial, 7, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_trial_advance(trial, 3, NULL));
  CHECK_STATUS(HBK_NOT_FOUND, hbk_trial_advance(trial, 8, NULL));
  CHECK_STATUS(HBK_OK, hbk_trial_judge(trial, &entry, 1, 0, &result, NULL));
  CHECK(result.status == HBK_OK && result.index == 7);
  CHECK_STATUS(HBK_OK, hbk_trial_judge(trial, &entry, 1, 1, &result, NULL));
  CHECK(result.status == HBK_OK);
  CHECK_STATUS(HBK_OK, hbk_trial_judge(trial, &entry, 1, 1, &result, NULL));
  CHECK(result.status == HBK_EXISTS);
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_trial_advance(trial, 7, NULL));
  CHECK_STATUS(HBK_BATCH_EMPTY, hbk_trial_judge(trial, &entry, 0, 0, &result, NULL));
  hbk_trial_close(trial);
  CHECK_STATUS(HBK_CLOSED, hbk_trial_judge(trial, &entry, 1, 0, &result, NULL));
  CHECK_STATUS(HBK_OK, append(ledger, entry, &result)); /* nothing of the trial was written */
  CHECK(result.status == HBK_OK && result.index == 7);
}

static void test_closed_handles_are_told(const char* directory) {
  hbk_ledger* ledger = NULL;
  hbk_snapshot* snapshot = NULL;
  hbk_stat stat = HBK_STAT_INIT;
  hbk_result result;
  CHECK_STATUS(HBK_OK, hbk_open(directory, NULL, &ledger, NULL));
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  hbk_close(ledger);
  hbk_close(ledger);
  hbk_close(NULL);
  CHECK_STATUS(HBK_CLOSED, append(ledger, service(1), &result));
  CHECK_STATUS(HBK_CLOSED, hbk_snapshot_stat(snapshot, &stat, NULL)); /* closed with its ledger */
  hbk_snapshot_close(snapshot);
  hbk_snapshot_close(NULL);
  hbk_cursor_close(NULL);
  hbk_trial_close(NULL);
  CHECK_STATUS(HBK_CLOSED, hbk_backup(NULL, directory, NULL));
}

static void test_read_only(const char* directory) {
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  hbk_ledger* ledger = NULL;
  hbk_result result;
  options.flags = HBK_OPEN_READ_ONLY;
  CHECK_STATUS(HBK_OK, hbk_open(directory, &options, &ledger, NULL));
  CHECK_STATUS(HBK_READ_ONLY, append(ledger, service(1), &result));
  hbk_close(ledger);
}

static void test_replay(const char* directory) {
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  hbk_ledger* ledger = NULL;
  hbk_snapshot* snapshot = NULL;
  options.flags = HBK_OPEN_REPLAY | HBK_OPEN_READ_ONLY;
  CHECK_STATUS(HBK_READ_ONLY, hbk_open(directory, &options, &ledger, NULL));
  CHECK(ledger == NULL);
  options.flags = HBK_OPEN_REPLAY;
  CHECK_STATUS(HBK_OK, hbk_open(directory, &options, &ledger, NULL));
  CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
  CHECK_STATUS(HBK_OK, hbk_verify(snapshot, NULL, NULL, NULL));
  hbk_snapshot_close(snapshot);
  hbk_close(ledger);
}

static void test_backup(const char* directory) {
  char copy[4096];
  hbk_ledger* ledger = NULL;
  hbk_snapshot* snapshot = NULL;
  uint8_t roots[2][32];
  int i;
  snprintf(copy, sizeof(copy), "%s.copy", directory);
  CHECK_STATUS(HBK_OK, hbk_open(directory, NULL, &ledger, NULL));
  CHECK_STATUS(HBK_OK, hbk_backup(ledger, copy, NULL));
  CHECK_STATUS(HBK_LEDGER_EXISTS, hbk_backup(ledger, copy, NULL));
  hbk_close(ledger);
  for (i = 0; i < 2; ++i) {
    CHECK_STATUS(HBK_OK, hbk_open(i == 0 ? directory : copy, NULL, &ledger, NULL));
    CHECK_STATUS(HBK_OK, hbk_snapshot_open(ledger, &snapshot, NULL));
    CHECK_STATUS(HBK_OK, hbk_root(snapshot, 8, roots[i], NULL));
    hbk_close(ledger);
  }
  CHECK(memcmp(roots[0], roots[1], 32) == 0);
}

/* What a batch that was submitted is told of. Written by the library's threads, read after hbk_close. */
struct told {
  int calls;
  hbk_status status;
  uint64_t order; /* how many were told before */
};

static uint64_t told_in_all;

static void on_done(void* context, hbk_status status, const hbk_error* error) {
  struct told* const told = (struct told*)context;
  CHECK(error->status == status);
  told->calls += 1;
  told->status = status;
  told->order = told_in_all++;
}

static void test_submitting(const char* directory) {
  enum { kBatches = 30 };
  static hbk_entry entries[kBatches];
  static hbk_result results[kBatches];
  static struct told told[kBatches];
  hbk_error error = HBK_ERROR_INIT;
  hbk_ledger* ledger = NULL;
  int64_t i;
  CHECK_STATUS(HBK_OK, hbk_open(directory, NULL, &ledger, NULL));
  CHECK_STATUS(HBK_INVALID_ARGUMENT,
               hbk_submit(ledger, entries, 1, 0, results, NULL, NULL, &error));
  CHECK(strstr(error.message, "done") != NULL);
  CHECK_STATUS(HBK_INVALID_ARGUMENT, hbk_submit(ledger, NULL, 1, 0, results, on_done, told, NULL));
  CHECK_STATUS(HBK_BATCH_EMPTY, hbk_submit(ledger, NULL, 0, 0, NULL, on_done, told, NULL));
  CHECK(told[0].calls == 0);
  for (i = 0; i < kBatches; ++i) {
    entries[i] = service((uint8_t)(150 + i));
    CHECK_STATUS(HBK_OK, hbk_submit(ledger, &entries[i], 1, HBK_FOREVER, &results[i], on_done,
                                    &told[i], NULL));
  }
  hbk_close(ledger); /* waits for all */
  for (i = 0; i < kBatches; ++i) {
    CHECK(told[i].calls == 1 && told[i].status == HBK_OK && told[i].order == (uint64_t)i);
    CHECK_STATUS(HBK_OK, results[i].status);
    CHECK(i == 0 || results[i].index > results[i - 1].index);
  }
  CHECK_STATUS(HBK_CLOSED, hbk_submit(ledger, entries, 1, 0, results, on_done, told, NULL));
  CHECK_STATUS(HBK_OK, hbk_open(directory, NULL, &ledger, NULL));
  CHECK_STATUS(HBK_EXISTS, (append(ledger, entries[kBatches - 1], results), results[0].status));
  hbk_close(ledger);
}

int main(int argc, char** argv) {
  hbk_ledger* ledger = NULL;
  const char* const directory = argv[1];
  if (argc != 2) {
    fprintf(stderr, "usage: %s NEW-DIRECTORY\n", argv[0]);
    return 2;
  }
  test_version_and_names();
  test_creating_refuses_what_is_out_of_range(directory);
  test_opening(directory, create(directory));
  test_an_error_is_cleared_by_success(directory);
  CHECK_STATUS(HBK_OK, hbk_open(directory, NULL, &ledger, NULL));
  test_appending(ledger);
  test_reading(ledger);
  test_cursors(ledger);
  test_verifying(ledger);
  test_trials(ledger);
  hbk_close(ledger);
  test_submitting(directory);
  test_closed_handles_are_told(directory);
  test_replay(directory);
  test_read_only(directory);
  test_backup(directory);
  printf("%d checks, %d failed\n", checks_made, checks_failed);
  return checks_failed == 0 ? 0 : 1;
}
