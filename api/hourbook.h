/* Hourbook: an embedded ledger for volunteer hours and points.
 *
 * The contract of libhourbook. C99; may be included from C++.
 *
 * Words. A ledger is a directory that holds one chain of entries. An entry is one immutable record,
 * numbered from 0 by its index. A party is a pseudonymous id that can hold accounts; an account is
 * a (party, unit). ledger/format/FORMAT.md gives every byte of an entry and what each kind means.
 *
 * Conventions, said once:
 * - Arguments come in this order: the handle, what goes in, what comes out, the error.
 * - Ids are 16 bytes and hashes 32, as uint8_t arrays. Times are int64_t unix nanoseconds, UTC.
 *   Amounts are uint64_t in the entry's unit. Timeouts are uint64_t nanoseconds; HBK_FOREVER waits
 *   as long as it takes.
 * - Every function that can fail returns an hbk_status and takes an hbk_error as its last argument,
 *   which may be NULL. On failure the error says what, where and what to do. On failure nothing has
 *   changed, in the ledger or in any out argument, except that handles are set to NULL and that a
 *   batch's results mean nothing.
 * - Each of them may return HBK_OUT_OF_MEMORY too, for memory, address space or a thread that the system
 *   did not give, and HBK_IO_ERROR where no file descriptor is left. Where entries could not be written,
 *   for lack of memory too, any later call on the ledger may return HBK_POISONED.
 * - The caller owns every struct it passes. Nothing that the library returns needs to be freed,
 *   except handles, each by its own close function, which accepts NULL and, where a handle was
 *   closed before, does nothing.
 * - Texts that come out go into a caller's buffer: `capacity` bytes, filled with the text and a zero
 *   byte; `length` is set to the text's length without it. Where capacity is too small the call
 *   returns HBK_TOO_SMALL, sets length and leaves the buffer alone: call again with length + 1.
 * - Texts and files that come in are `length` bytes, need no zero byte, and may hold anything.
 * - Structs that may grow begin with struct_size; initialize them with their INIT macro. Reserved
 *   fields and unknown flag bits must be zero.
 * - An hbk_ledger may be used by any number of threads at once. An hbk_snapshot, hbk_cursor or
 *   hbk_trial may be used by one thread at a time; different ones do not disturb each other.
 * - A call on a closed handle is refused with HBK_CLOSED, as long as the library still remembers
 *   it (the last 1,024 handles closed). Closing a handle while another thread is in a call on it is
 *   the caller's error.
 * - After fork() a child must not use its parent's handles: calls are refused with HBK_FORKED.
 *   The child may open the ledger anew.
 */
#ifndef HOURBOOK_H_
#define HOURBOOK_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HBK_API __attribute__((visibility("default")))
#else
#define HBK_API
#endif

/* --- Version ---------------------------------------------------------------------------------- */

#define HBK_VERSION_MAJOR 0
#define HBK_VERSION_MINOR 1
#define HBK_VERSION_PATCH 0
#define HBK_VERSION_STRING "0.1.0"

/* The newest format of a ledger that this version writes; it reads every older one. */
#define HBK_FORMAT_VERSION 1

/* The version of the library that is running, "major.minor.patch". Never NULL. Thread-safe. */
HBK_API const char* hbk_version(void);

/* --- Status ----------------------------------------------------------------------------------- */

/* What a call, or an entry of a batch, came to. Numbers never change meaning. */
typedef uint32_t hbk_status;

enum {
  HBK_OK = 0,

  /* Calls. */
  HBK_END = 1,               /* a cursor has no more entries */
  HBK_INVALID_ARGUMENT = 2,  /* NULL where none may be, a wrong struct_size, an unknown flag */
  HBK_NOT_FOUND = 3,         /* no entry or party of that index or id; no ledger to open */
  HBK_CLOSED = 4,            /* the handle was closed, or is none */
  HBK_FORKED = 5,            /* the handle belongs to the parent process */
  HBK_TIMEOUT = 6,           /* not begun within the timeout; nothing was written */
  HBK_BATCH_EMPTY = 7,       /* a batch of 0 entries */
  HBK_BATCH_TOO_LARGE = 8,   /* a batch of more than HBK_BATCH_MAX entries */
  HBK_ALREADY_OPEN = 9,      /* this process has the ledger open */
  HBK_LEDGER_EXISTS = 10,    /* the directory holds a ledger */
  HBK_NOT_A_LEDGER = 11,     /* the directory holds something else */
  HBK_NEWER_FORMAT = 12,     /* written by a newer version of the library */
  HBK_READ_ONLY = 13,        /* the ledger was opened read-only */
  HBK_PERMISSION_DENIED = 14,/* the system refuses; a read-only file system too */
  HBK_CORRUPT = 15,          /* damaged: a checksum, hash or structure does not match */
  HBK_TRUNCATED = 16,        /* the data file is shorter than its contents */
  HBK_DISK_FULL = 17,        /* no room on the disk; nothing was written */
  HBK_MAP_FULL = 18,         /* the address space reserved is full; open with a larger map_size */
  HBK_OUT_OF_MEMORY = 19,
  HBK_IO_ERROR = 20,         /* the system failed to read or write */
  HBK_POISONED = 21,         /* an earlier write may not be on disk: close, reopen, ask by id */
  HBK_READERS_FULL = 22,     /* too many snapshots open at once, over all processes */
  HBK_BEHIND = 23,           /* the ledger lacks entries that its checkpoint signs, or is a fork */
  HBK_UNSOUND = 24,          /* what was to be checked does not verify: a signature, a proof, ... */
  HBK_TOO_SMALL = 25,        /* the buffer given is too small; its length says what is needed */
  HBK_FILE_EXISTS = 26,      /* a file that is never overwritten is there */

  /* Entries: the verdicts of the rules. */
  HBK_EXISTS = 100, /* the same entry was recorded before; index is its index */
  HBK_EXISTS_WITH_DIFFERENT_KIND = 101,
  HBK_EXISTS_WITH_DIFFERENT_FLAGS = 102,
  HBK_EXISTS_WITH_DIFFERENT_DEBIT = 103,
  HBK_EXISTS_WITH_DIFFERENT_CREDIT = 104,
  HBK_EXISTS_WITH_DIFFERENT_UNIT = 105,
  HBK_EXISTS_WITH_DIFFERENT_AMOUNT = 106,
  HBK_EXISTS_WITH_DIFFERENT_CODE = 107,
  HBK_EXISTS_WITH_DIFFERENT_REF = 108,
  HBK_EXISTS_WITH_DIFFERENT_ACTIVITY = 109,
  HBK_EXISTS_WITH_DIFFERENT_RECORDER = 110,
  HBK_EXISTS_WITH_DIFFERENT_OCCURRED_AT = 111,
  HBK_EXISTS_WITH_DIFFERENT_TIMEOUT = 112,
  HBK_EXISTS_WITH_DIFFERENT_EVIDENCE = 113,
  HBK_LINKED_ENTRY_FAILED = 120,
  HBK_LINKED_CHAIN_OPEN = 121,
  HBK_ID_ZERO = 130,
  HBK_UNKNOWN_KIND = 131,
  HBK_UNKNOWN_FLAG = 132,
  HBK_UNKNOWN_UNIT = 133,
  HBK_RESERVED_NOT_ZERO = 134,
  HBK_FIELD_NOT_ALLOWED = 135,
  HBK_FIELD_MISSING = 136,
  HBK_ZERO_AMOUNT = 137,
  HBK_TIMEOUT_NOT_ALLOWED = 138,
  HBK_RECORDED_IN_FUTURE = 139,
  HBK_OCCURRED_IN_FUTURE = 140,
  HBK_IMPORTING_ENDED = 141,
  HBK_UNKNOWN_PARTY = 150,
  HBK_PARTY_EXISTS = 151,
  HBK_PARTY_CLOSED = 152,
  HBK_WRONG_PARTY_KIND = 153,
  HBK_SAME_PARTY = 154,
  HBK_BALANCE_NOT_ZERO = 155,
  HBK_PARTY_FROZEN = 156,
  HBK_PARTY_NOT_FROZEN = 157,
  HBK_PARTY_LINKED = 158,
  HBK_ZERO_DURATION = 160,
  HBK_TOO_LONG = 161,
  HBK_SELF_VERIFIED = 162,
  HBK_OVERLAP = 163,
  HBK_DAILY_CAP = 164,
  HBK_INSUFFICIENT = 165,
  HBK_BUDGET_EXCEEDED = 166,
  HBK_OVERFLOW = 167,
  HBK_UNJUSTIFIED = 168,
  HBK_ALREADY_AWARDED = 169,
  HBK_WRONG_AMOUNT = 170,
  HBK_TRANSFER_NOT_PERMITTED = 171,
  HBK_MONTHLY_CAP = 172,
  HBK_LATE = 173,
  HBK_NEEDS_SECOND_PERSON = 174,
  HBK_MOST_HELD = 175,
  HBK_REDEMPTION_LIMIT = 176,
  HBK_NOT_YET_REDEEMABLE = 177,
  HBK_ID_NOT_REF = 178,
  HBK_NOT_EXPIRED = 179,
  HBK_UNKNOWN_REF = 180,
  HBK_NOT_PENDING = 181,
  HBK_ALREADY_POSTED = 182,
  HBK_ALREADY_VOIDED = 183,
  HBK_LAPSED = 184,
  HBK_EXCEEDS_PENDING = 185,
  HBK_UNKNOWN_CATEGORY = 186,
  HBK_ALREADY_DISTRIBUTED = 187,
  HBK_NOT_REVERSIBLE = 190,
  HBK_NOT_A_MIRROR = 191,
  HBK_ALREADY_REVERSED = 192,
  HBK_AWARD_STANDS = 193,
  HBK_OTHER_EVIDENCE = 194,
  HBK_NO_AUTHORITY = 201,
  HBK_UNKNOWN_TOPIC = 202,
  HBK_WRONG_SCOPE = 203,
  HBK_WRONG_KEY = 204,
  HBK_WRONG_NAME = 205,
  HBK_VALUE_OUT_OF_RANGE = 206,
  HBK_POLICY_BACKDATED = 207,
  HBK_POLICY_CONFLICT = 208
};

/* The name of a status in snake_case, such as "exists"; "unknown" for a number that is none. Never
 * NULL; static. Thread-safe. */
HBK_API const char* hbk_status_name(hbk_status status);

/* One sentence that says what the status means and what to do. Never NULL; static. Thread-safe. */
HBK_API const char* hbk_status_message(hbk_status status);

/* Where a failed call says what went wrong. Owned by the caller. */
typedef struct hbk_error {
  uint32_t struct_size;
  hbk_status status;
  char message[512]; /* UTF-8, ends in a zero byte, cut where longer */
} hbk_error;

#define HBK_ERROR_INIT {sizeof(hbk_error), HBK_OK, {0}}

/* --- Entries ---------------------------------------------------------------------------------- */

enum { /* hbk_entry.kind */
  HBK_KIND_GENESIS = 1,
  HBK_KIND_OPEN = 2,
  HBK_KIND_CLOSE = 3,
  HBK_KIND_SERVICE = 4,
  HBK_KIND_AWARD = 5,
  HBK_KIND_REDEEM = 6,
  HBK_KIND_SETTLE = 7,
  HBK_KIND_TRANSFER = 8,
  HBK_KIND_REVERSE = 9,
  HBK_KIND_POST = 10,
  HBK_KIND_VOID = 11,
  HBK_KIND_POLICY = 12,
  HBK_KIND_ANCHOR = 13,
  HBK_KIND_ERASE = 14,
  HBK_KIND_FREEZE = 15,
  HBK_KIND_EXPIRE = 16,
  HBK_KIND_TRAINING = 17,
  HBK_KIND_LEGACY = 18,
  HBK_KIND_INSPECTION = 19,
  HBK_KIND_CONTRIBUTION = 20,
  HBK_KIND_DISTRIBUTION = 21,
  HBK_KIND_LINK = 22
};

enum { /* hbk_entry.code of an open entry */
  HBK_PARTY_VOLUNTEER = 1,
  HBK_PARTY_TEAM = 2,
  HBK_PARTY_PROGRAMME = 3,
  HBK_PARTY_STATION = 4,
  HBK_PARTY_SPONSOR = 5,
  HBK_PARTY_BENEFICIARY = 6,
  HBK_PARTY_RECORDER = 7
};

enum { /* hbk_entry.unit */
  HBK_UNIT_NONE = 0,
  HBK_UNIT_MINUTE = 1,
  HBK_UNIT_POINT = 2,
  HBK_UNIT_BANK_MINUTE = 3,
  HBK_UNIT_FIRST_DEFINED = 16 /* from here on, those that a policy entry defines */
};

enum { /* hbk_entry.flags */
  HBK_FLAG_LINKED = 1 << 0,  /* stands or falls with the next entry of the batch */
  HBK_FLAG_PENDING = 1 << 1, /* holds its amount until a post or void, or until its timeout */
  HBK_FLAG_IMPORTED = 1 << 2, /* recorded_at is given: it comes from the event, not the clock. Whoever
                                 may append chooses it then, after the last entry's and not after the
                                 present; policy can end that (HBK_POLICY_IMPORTING) */
  /* How a service, training or inspection was seen; at most one of these. */
  HBK_FLAG_CHECKED_IN = 1 << 3,  /* signed in and out */
  HBK_FLAG_SUPERVISED = 1 << 4,  /* confirmed by whoever supervised it */
  HBK_FLAG_ADMINISTERED = 1 << 5, /* typed in by an administrator */
  /* Given by the ledger: a service recorded later than policy lets one person record it. */
  HBK_FLAG_LATE = 1 << 6
};

enum { /* hbk_entry.code of a policy entry */
  HBK_POLICY_UTC_OFFSET = 1,
  HBK_POLICY_MAX_SERVICE_MINUTES = 2,
  HBK_POLICY_DAILY_CAP_MINUTES = 3,
  HBK_POLICY_TARIFF = 4,
  HBK_POLICY_BUDGET = 5,
  HBK_POLICY_GRANT = 6,
  HBK_POLICY_TRANSFER = 7,
  HBK_POLICY_AUTHORITY = 8,
  HBK_POLICY_MONTHLY_CAP_MINUTES = 9,
  HBK_POLICY_MONTHLY_CAP_POINTS = 10,
  HBK_POLICY_DAILY_REDEMPTIONS = 11,
  HBK_POLICY_MOST_HELD = 12,
  HBK_POLICY_REDEEM_FROM = 13,
  HBK_POLICY_SECOND_PERSON = 14,
  HBK_POLICY_BACKDATING_DAYS = 15,
  HBK_POLICY_CALENDAR_DAY = 16,
  HBK_POLICY_ROUNDING = 17, /* amount: 0 per entry, 1 cumulative, 2 whole hours */
  HBK_POLICY_MONTH_BUDGET = 18,
  HBK_POLICY_YEAR_BUDGET = 19,
  HBK_POLICY_GRANT_ONCE = 20,
  HBK_POLICY_EXPIRY_DAYS = 21,
  HBK_POLICY_DEBT_LIMIT = 22,
  HBK_POLICY_UNIT = 23,     /* activity: its name, UTF-8, then zeros */
  HBK_POLICY_CATEGORY = 24, /* likewise */
  HBK_POLICY_RELATIVE = 25,
  HBK_POLICY_POOL = 26,
  HBK_POLICY_BANK_RATE = 27,
  HBK_POLICY_BANK_BUDGET = 28,
  HBK_POLICY_POST_WHEN_OVER = 29,
  HBK_POLICY_SECOND_PERSON_CAP = 30, /* instead of the daily cap where a second person posts */
  HBK_POLICY_IMPORTING = 31 /* 0: no more entries with HBK_FLAG_IMPORTED; from its recorded_at on */
};

/* One entry: the same 192 bytes in this struct, in the store and under the hash. The caller leaves
 * index, prev_debit, prev_credit and (unless flagged imported) recorded_at zero; the ledger gives
 * them. */
typedef struct hbk_entry {
  uint8_t id[16];     /* the caller's idempotency key: any 128 bits but zero */
  uint8_t debit[16];  /* party debited, or zero where the kind moves nothing */
  uint8_t credit[16]; /* party credited, or the party that the entry is about */
  uint8_t ref[16];    /* by kind: the entry posted, voided, reversed, erased or justifying; the
                         verifier */
  uint8_t activity[16];
  uint8_t recorder[16];
  uint8_t evidence[32]; /* salted commitment to what stays outside the ledger; or zero */
  uint64_t amount;     /* of an award or expire it may be 0: the ledger fills in what the rules give;
                          the entry, read again by its index, has it */
  int64_t occurred_at; /* a service's start */
  int64_t recorded_at; /* strictly increasing over the ledger */
  uint64_t index;
  uint64_t prev_debit;  /* index of the debit account's previous entry; 0 for none */
  uint64_t prev_credit; /* likewise for the credit account */
  uint16_t kind;
  uint16_t flags;
  uint16_t unit;
  uint16_t code;     /* by kind: category, reason, quantity, party kind, policy topic */
  uint32_t timeout;  /* seconds after recorded_at until a pending entry lapses; 0 for never */
  uint32_t reserved; /* zero */
} hbk_entry;

/* An account's four sums, in its unit. */
typedef struct hbk_balance {
  uint64_t debits_posted;
  uint64_t credits_posted;
  uint64_t debits_pending;
  uint64_t credits_pending;
} hbk_balance;

/* What became of one entry of a batch. */
typedef struct hbk_result {
  hbk_status status; /* HBK_OK: recorded, durable. HBK_EXISTS: it was before. Else refused */
  uint32_t reserved;
  uint64_t index;      /* HBK_OK, HBK_EXISTS and HBK_EXISTS_WITH_DIFFERENT_*: of the entry that
                          has this id; else 0 */
  int64_t recorded_at; /* of the same entry; else 0 */
  hbk_balance debit;   /* HBK_OK: the debit and credit account after the entry, zeros where it */
  hbk_balance credit;  /* moves nothing. HBK_EXISTS: as they stand now. Else zeros */
} hbk_result;

/* --- Opening ---------------------------------------------------------------------------------- */

typedef struct hbk_ledger hbk_ledger;

enum { /* hbk_open_options.flags */
  HBK_OPEN_READ_ONLY = 1 << 0,
  /* Drops what is stored of parties, accounts and holds, and makes it again from the entries, all of
   * which are read: about a second for a million. For when hbk_verify finds it wrong, or hbk_open does.
   * No other process may have the ledger open: HBK_TIMEOUT where one writes for seconds; one that only
   * has it open goes on with what it knows, and may store that. HBK_READ_ONLY with the flag above. */
  HBK_OPEN_REPLAY = 1 << 1
};

typedef struct hbk_open_options {
  uint32_t struct_size;
  uint32_t flags;
  /* Address space to reserve, in bytes, not disk: the data file grows by what is written. 0 for
   * the default of 256 GiB; halved until the system grants it. */
  uint64_t map_size;
} hbk_open_options;

#define HBK_OPEN_OPTIONS_INIT {sizeof(hbk_open_options), 0, 0}

typedef struct hbk_create_options {
  uint32_t struct_size;
  uint32_t flags; /* zero */
  uint64_t map_size;
  /* The ledger's name, such as "town.example/hours": 1 to 80 bytes of UTF-8, no space, no plus
   * sign, no control character. Committed in the genesis entry; the name of the log in every
   * checkpoint to come. */
  const char* origin;
  /* A name for the time zone of local days, such as "Asia/Shanghai": at most 32 bytes, no control
   * character. Informative: what counts is the offset. */
  const char* time_zone;
  /* Seconds east of UTC, -86,400 to 86,400, in force from the start; policy entries change it. */
  int32_t utc_offset;
  uint32_t reserved;
  /* recorded_at of the genesis; 0 for the present time. An import of past years needs one before
   * the first event. Not after the present time. */
  int64_t created_at;
  /* The party that alone may write policy and, by policy entries, say who else may. It records
   * nothing before it is opened. Zero: anybody may, until a policy entry names an authority. */
  uint8_t authority[16];
} hbk_create_options;

#define HBK_CREATE_OPTIONS_INIT {sizeof(hbk_create_options), 0, 0, NULL, NULL, 0, 0, 0, {0}}

/* Makes a new ledger with its genesis entry in a directory, which is made where it does not exist
 * (its parent must), and opens it.
 *
 * Returns: HBK_OK; HBK_LEDGER_EXISTS; HBK_NOT_A_LEDGER where it holds a file that is none;
 *     HBK_ALREADY_OPEN; HBK_INVALID_ARGUMENT for an origin, time zone, offset or time out of range;
 *     HBK_PERMISSION_DENIED; HBK_DISK_FULL; HBK_IO_ERROR; HBK_OUT_OF_MEMORY.
 * Args:  directory: path, UTF-8, not NULL. options: not NULL, origin set.
 * Out:   ledger: the handle, or NULL on failure. Close it with hbk_close.
 * Thread-safe. */
HBK_API hbk_status hbk_create(const char* directory, const hbk_create_options* options,
                              hbk_ledger** ledger, hbk_error* error);

/* Opens a ledger. Recovers what a crash left, by replaying at most a bounded tail of the log. One
 * process opens a ledger once; any number of processes may open it at once.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND; HBK_NOT_A_LEDGER; HBK_NEWER_FORMAT; HBK_CORRUPT; HBK_TRUNCATED;
 *     HBK_ALREADY_OPEN; HBK_PERMISSION_DENIED; HBK_READERS_FULL; HBK_DISK_FULL where not even what the
 *     processes share of it has room; HBK_IO_ERROR; HBK_OUT_OF_MEMORY; HBK_INVALID_ARGUMENT for a flag
 *     that there is not. With HBK_OPEN_REPLAY also HBK_READ_ONLY, HBK_TIMEOUT, HBK_MAP_FULL.
 * Args:  directory: path, UTF-8, not NULL. options: NULL for the defaults.
 * Out:   ledger: the handle, or NULL on failure. Close it with hbk_close.
 * Thread-safe. */
HBK_API hbk_status hbk_open(const char* directory, const hbk_open_options* options,
                            hbk_ledger** ledger, hbk_error* error);

/* Closes a ledger, and the snapshots, cursors and trials that are open on it. What was acknowledged is
 * on disk already; what was submitted is written and told of before this returns. Args: ledger: or
 * NULL. No other thread may be in a call on it; not to be called from an hbk_on_done. */
HBK_API void hbk_close(hbk_ledger* ledger);

/* --- Writing ---------------------------------------------------------------------------------- */

#define HBK_BATCH_MAX 8192
#define HBK_FOREVER UINT64_MAX

/* Judges a batch of entries in order and records those that the rules accept. Returns once they are
 * on disk. Entries are judged each by itself, except chains: an entry flagged linked and those after
 * it up to and with the first that is not stand or fall together (HBK_EXISTS counts as standing).
 * Sending a batch again, after any failure, is safe: what was recorded answers HBK_EXISTS.
 * Callers in several threads are merged into one write.
 *
 * Returns: HBK_OK where every entry was judged, whatever the verdicts; HBK_BATCH_EMPTY;
 *     HBK_BATCH_TOO_LARGE; HBK_TIMEOUT; HBK_READ_ONLY; HBK_CORRUPT; HBK_READERS_FULL; HBK_MAP_FULL;
 *     HBK_PERMISSION_DENIED; HBK_DISK_FULL; HBK_OUT_OF_MEMORY; HBK_IO_ERROR and, from then on,
 *     HBK_POISONED: whether the batch is on disk is unknown until the ledger is opened again;
 *     HBK_BEHIND where the ledger lacks entries that were published of it, or has others;
 *     HBK_INVALID_ARGUMENT from within an hbk_on_done.
 * Args:  entries: count of them, 1 to HBK_BATCH_MAX. timeout: how long to wait for other writers.
 * Out:   results: count of them, in the order of entries; they mean nothing unless HBK_OK is returned.
 * Thread-safe. */
HBK_API hbk_status hbk_append(hbk_ledger* ledger, const hbk_entry* entries, uint32_t count,
                              uint64_t timeout, hbk_result* results, hbk_error* error);

/* Told of a batch that was submitted: with what hbk_append would have returned; the error, which lasts
 * as long as the call, says why where the status is not HBK_OK. Called once, from a thread of the
 * library's, after what stands of the batch is on disk. It holds up every batch behind it, so let it be
 * short. It may call hbk_submit, which never waits then, and whatever reads; not hbk_append
 * (HBK_INVALID_ARGUMENT) and not hbk_close. What a C++ function throws out of it is dropped. */
typedef void (*hbk_on_done)(void* context, hbk_status status, const hbk_error* error);

/* As hbk_append, without waiting for the disk: one thread can keep batches on their way one behind the
 * other. They are judged, written and told of in the order of their submission.
 *
 * Returns: HBK_OK: `done` will be called. Else it will not be, and nothing was taken over: HBK_TIMEOUT
 *     where the queue, of 65,536 entries, had no room within `timeout` for this batch and those of
 *     callers who came before; HBK_BATCH_EMPTY;
 *     HBK_BATCH_TOO_LARGE; HBK_READ_ONLY; HBK_POISONED; HBK_BEHIND; HBK_OUT_OF_MEMORY.
 * Args:  entries, results: count of them, the caller's, until done is called: then results are as
 *     hbk_append's. timeout: for room in the queue, which goes to callers in the order in which they
 *     came; but hbk_append needs none, and within an hbk_on_done what there is is taken at once. done:
 *     not NULL. context: handed to it.
 * Thread-safe. */
HBK_API hbk_status hbk_submit(hbk_ledger* ledger, const hbk_entry* entries, uint32_t count,
                              uint64_t timeout, hbk_result* results, hbk_on_done done,
                              void* context, hbk_error* error);

/* Copies the ledger, as of this moment and while it is being written, into another directory, which
 * is made and must not hold a data file. The copy is a ledger of its own, compacted and synced, and
 * remembers what was published as this one does.
 *
 * Returns: HBK_OK; HBK_LEDGER_EXISTS; HBK_CORRUPT where the file that remembers what was published is
 *     damaged; HBK_MAP_FULL where another process grew the ledger, and this one cannot while snapshots
 *     of it are open; HBK_POISONED; HBK_PERMISSION_DENIED; HBK_DISK_FULL; HBK_OUT_OF_MEMORY; HBK_IO_ERROR.
 * Args:  directory: path, UTF-8, not NULL.
 * Thread-safe. */
HBK_API hbk_status hbk_backup(hbk_ledger* ledger, const char* directory, hbk_error* error);

/* --- Reading ---------------------------------------------------------------------------------- */

/* The ledger as of one moment. Never waits for a writer, and no writer waits for it; but while it is
 * open the file cannot use freed pages again, so do not keep one for hours. */
typedef struct hbk_snapshot hbk_snapshot;

/* Opens a snapshot of all that is on disk, entries of other processes included.
 *
 * Returns: HBK_OK; HBK_READERS_FULL; HBK_CORRUPT; HBK_POISONED; HBK_OUT_OF_MEMORY; HBK_IO_ERROR.
 * Out:   snapshot: the handle, or NULL on failure. Close it with hbk_snapshot_close.
 * Thread-safe. */
HBK_API hbk_status hbk_snapshot_open(hbk_ledger* ledger, hbk_snapshot** snapshot,
                                     hbk_error* error);

/* Closes a snapshot, and the cursors that are open on it. Args: snapshot: or NULL. */
HBK_API void hbk_snapshot_close(hbk_snapshot* snapshot);

/* What a ledger holds and takes. */
typedef struct hbk_stat {
  uint32_t struct_size;
  uint32_t format_version;
  uint64_t size;            /* entries, the genesis included */
  int64_t created_at;       /* of the genesis */
  int64_t last_recorded_at; /* of the last entry */
  uint64_t parties;         /* ever opened */
  uint64_t accounts;
  uint64_t holds;           /* pending entries neither posted, voided nor lapsed */
  uint64_t data_bytes;      /* up to the last page ever used; free ones are used again */
  uint64_t file_bytes;      /* of the data file; may end before a last page that is free */
  uint64_t map_bytes;       /* address space reserved */
  int32_t utc_offset;       /* seconds east of UTC, of the genesis */
  uint8_t root[32];         /* of the tree at size */
  char origin[81];          /* ends in a zero byte */
  char time_zone[33];       /* ends in a zero byte */
  uint8_t authority[16];    /* that the genesis names; zero for none */
} hbk_stat;

#define HBK_STAT_INIT {sizeof(hbk_stat), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {0}, {0}, {0}, {0}}

/* What the ledger is, holds and takes, as of the snapshot.
 *
 * Returns: HBK_OK; HBK_CORRUPT; HBK_IO_ERROR. Out: stat, its struct_size set by the caller. */
HBK_API hbk_status hbk_snapshot_stat(hbk_snapshot* snapshot, hbk_stat* stat, hbk_error* error);

/* The root of the Merkle tree (RFC 6962) over the first `size` leaf hashes.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND for a size beyond the snapshot's; HBK_CORRUPT.
 * Args:  size: 0 to the snapshot's. Out: root. */
HBK_API hbk_status hbk_root(hbk_snapshot* snapshot, uint64_t size, uint8_t root[32],
                            hbk_error* error);

/* The balance of an account; zeros where the party is known and nothing has moved in the unit.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND where the party was never opened.
 * Args:  party: its id. unit: HBK_UNIT_*. Out: balance. */
HBK_API hbk_status hbk_account_balance(hbk_snapshot* snapshot, const uint8_t party[16],
                                       uint16_t unit, hbk_balance* balance, hbk_error* error);

/* The units in which a party has an account, in the order of their numbers.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND where the party was never opened; HBK_TOO_SMALL, with the count.
 * Args:  capacity: how many units there is room for. Out: units; count. */
HBK_API hbk_status hbk_account_units(hbk_snapshot* snapshot, const uint8_t party[16],
                                     uint16_t* units, uint32_t capacity, uint32_t* count,
                                     hbk_error* error);

/* An entry by its index, or by its id.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND; HBK_CORRUPT where its checksum does not match.
 * Out:   entry. leaf: its leaf hash, or NULL if not wanted. */
HBK_API hbk_status hbk_entry_by_index(hbk_snapshot* snapshot, uint64_t index, hbk_entry* entry,
                                      uint8_t leaf[32], hbk_error* error);
HBK_API hbk_status hbk_entry_by_id(hbk_snapshot* snapshot, const uint8_t id[16], hbk_entry* entry,
                                   uint8_t leaf[32], hbk_error* error);

enum { /* hbk_party.standing */
  HBK_STANDING_OPEN = 0,
  HBK_STANDING_CLOSED = 1,
  HBK_STANDING_FROZEN = 2,
  HBK_STANDING_LINKED = 3 /* to another id of the same person, which is used instead */
};

/* A party of the ledger. */
typedef struct hbk_party {
  uint8_t id[16];
  uint64_t opened;   /* index of its open entry */
  uint16_t kind;     /* HBK_PARTY_* */
  uint16_t standing; /* HBK_STANDING_* */
  uint32_t reserved;
} hbk_party;

/* Parties in the order of their opening, `capacity` at most, from number `first` (0-based) on.
 *
 * Returns: HBK_OK. Out: parties; count: how many were written, 0 from the last one on. */
HBK_API hbk_status hbk_parties(hbk_snapshot* snapshot, uint64_t first, hbk_party* parties,
                               uint32_t capacity, uint32_t* count, hbk_error* error);

/* Which entries a cursor gives: those that fit every field that is set. */
typedef struct hbk_filter {
  uint32_t struct_size;
  uint16_t kind; /* HBK_KIND_*, or 0 for any */
  uint16_t unit; /* HBK_UNIT_*, or 0 for any */
  uint16_t code; /* or 0 for any */
  uint16_t reserved[3];
  uint8_t activity[16]; /* or zeros for any */
  int64_t from;         /* occurred_at not before; INT64_MIN for any */
  int64_t until;        /* occurred_at before; INT64_MAX for any */
} hbk_filter;

#define HBK_FILTER_INIT {sizeof(hbk_filter), 0, 0, 0, {0, 0, 0}, {0}, INT64_MIN, INT64_MAX}

/* Gives entries a page at a time. Lives as long as its snapshot at most. */
typedef struct hbk_cursor hbk_cursor;

/* All entries in the order of the ledger, from index `first` on.
 *
 * Returns: HBK_OK; HBK_OUT_OF_MEMORY. Args: filter: NULL for all. Out: cursor, NULL on failure. */
HBK_API hbk_status hbk_entries_open(hbk_snapshot* snapshot, uint64_t first,
                                    const hbk_filter* filter, hbk_cursor** cursor,
                                    hbk_error* error);

/* The statement of an account: every entry that touched it, newest first, posts, voids and reversals
 * included; also of the accounts under ids that were linked to the party's. Follows the accounts' back
 * links, so nothing between two entries can be left out.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND where the party was never opened; HBK_OUT_OF_MEMORY.
 * Args:  filter: NULL for all. Out: cursor, NULL on failure. */
HBK_API hbk_status hbk_statement_open(hbk_snapshot* snapshot, const uint8_t party[16],
                                      uint16_t unit, const hbk_filter* filter, hbk_cursor** cursor,
                                      hbk_error* error);

/* The next entries, `capacity` at most, straight into the caller's array.
 *
 * Returns: HBK_OK with at least one entry; HBK_END with none; HBK_CORRUPT.
 * Args:  capacity: at least 1. Out: entries; count. */
HBK_API hbk_status hbk_cursor_next(hbk_cursor* cursor, hbk_entry* entries, uint32_t capacity,
                                   uint32_t* count, hbk_error* error);

/* Closes a cursor. Args: cursor: or NULL. */
HBK_API void hbk_cursor_close(hbk_cursor* cursor);

/* --- Verifying -------------------------------------------------------------------------------- */

/* Called now and then with how far a long call has come. A result other than 0 ends it early with
 * HBK_END. */
typedef int (*hbk_progress)(void* context, uint64_t done, uint64_t total);

/* Reads every byte of the snapshot again and derives everything from it: each checksum, each leaf
 * hash and link, the tree's stored tiles and its root, the index of ids, and, by replaying every
 * entry through the rules, each entry's verdict and every balance; all of it must agree with what
 * the store, the state that is stored and the state in memory say, and nothing may be stored that no
 * ledger has.
 *
 * Returns: HBK_OK where all agrees; HBK_CORRUPT with the first thing that does not, and what to do:
 *     where it is the stored state alone, that is HBK_OPEN_REPLAY or nothing; HBK_END.
 * Args:  progress: or NULL. context: handed to it.
 * A damaged LMDB file can crash its reader: verify a file that you do not trust in a process of
 * its own, as the command line does. */
HBK_API hbk_status hbk_verify(hbk_snapshot* snapshot, hbk_progress progress, void* context,
                              hbk_error* error);

/* --- Checkpoints and keys --------------------------------------------------------------------- */

/* What a log signs of itself (C2SP tlog-checkpoint): how many entries, and the root over them. */
typedef struct hbk_checkpoint {
  uint64_t size;
  uint8_t root[32];
} hbk_checkpoint;

/* A secret Ed25519 key with the name it signs under. Any number of threads may use one at once. */
typedef struct hbk_key hbk_key;

enum { /* what a key signs: the signature types of C2SP signed-note */
  HBK_KEY_LOG = 1,    /* checkpoints of the ledger whose origin is the key's name */
  HBK_KEY_WITNESS = 4 /* cosignatures on the checkpoints of others (C2SP tlog-cosignature) */
};

/* Makes a new random key.
 *
 * Returns: HBK_OK; HBK_INVALID_ARGUMENT for a type that is none, or a name that is empty, not UTF-8
 *     or has a space, plus sign or control character; HBK_IO_ERROR where the system gives nothing
 *     random; HBK_OUT_OF_MEMORY.
 * Args:  name: a ledger's origin, or the witness's name. type: HBK_KEY_*.
 * Out:   key: the handle, or NULL on failure. Close it with hbk_key_close.
 * Thread-safe. */
HBK_API hbk_status hbk_key_generate(const char* name, uint32_t type, hbk_key** key,
                                    hbk_error* error);

/* Reads a key from a file that hbk_key_save wrote.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND; HBK_INVALID_ARGUMENT where the file is none;
 *     HBK_PERMISSION_DENIED where the system refuses, or the passphrase does not open it.
 * Args:  path: UTF-8, not NULL. passphrase: NULL or "" for none.
 * Out:   key: the handle, or NULL on failure. Close it with hbk_key_close.
 * Thread-safe. */
HBK_API hbk_status hbk_key_load(const char* path, const char* passphrase, hbk_key** key,
                                hbk_error* error);

/* Writes a key to a new file, mode 0600, durably; encrypted (PKCS #8, AES-256) where there is a
 * passphrase.
 *
 * Returns: HBK_OK; HBK_FILE_EXISTS: a key is never overwritten; HBK_NOT_FOUND where the directory
 *     does not exist; HBK_INVALID_ARGUMENT for a passphrase of more than 1,024 bytes;
 *     HBK_PERMISSION_DENIED; HBK_DISK_FULL; HBK_IO_ERROR, also where the system gives nothing random.
 * Args:  path: UTF-8, not NULL. passphrase: NULL or "" for none.
 * Thread-safe. */
HBK_API hbk_status hbk_key_save(hbk_key* key, const char* path, const char* passphrase,
                                hbk_error* error);

/* The public half as text, "name+key id+base64" (a vkey of C2SP signed-note): what auditors need.
 *
 * Returns: HBK_OK; HBK_TOO_SMALL. Out: vkey, length. Thread-safe. */
HBK_API hbk_status hbk_key_vkey(hbk_key* key, char* vkey, size_t capacity, size_t* length,
                                hbk_error* error);

/* Closes a key and wipes it from memory. Args: key: or NULL. */
HBK_API void hbk_key_close(hbk_key* key);

/* --- Publishing ------------------------------------------------------------------------------- */

/* Publishes what is on disk now as a directory that any web server can serve (C2SP tlog-tiles), for
 * auditors who do not trust whoever runs the ledger; after what the directory holds already. All
 * that is new is read again and recomputed, and the ledger remembers what it signs before anybody
 * sees it. A crash at any moment leaves the old publication whole or the new one; publish again to
 * complete it.
 *
 * Returns: HBK_OK; HBK_INVALID_ARGUMENT where the key is not a log's, with the ledger's origin as
 *     its name; HBK_BEHIND where the ledger lacks entries that it or the directory has signed, or
 *     has others: it was restored from an old backup, and signing would fork the log;
 *     HBK_UNSOUND where the directory holds a checkpoint of another key; HBK_CORRUPT where the
 *     ledger does not hash to its own root; HBK_TIMEOUT where another process publishes;
 *     HBK_READ_ONLY; HBK_END; HBK_PERMISSION_DENIED; HBK_DISK_FULL; HBK_IO_ERROR.
 * Args:  directory: path, UTF-8, not NULL; made where it does not exist. progress: or NULL.
 *     context: handed to it.
 * Out:   checkpoint: what was signed; or NULL if not wanted.
 * Thread-safe. */
HBK_API hbk_status hbk_publish(hbk_ledger* ledger, hbk_key* key, const char* directory,
                               hbk_progress progress, void* context, hbk_checkpoint* checkpoint,
                               hbk_error* error);

/* The last checkpoint that was signed of the ledger: a signed note, verbatim.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND where it was never published; HBK_TOO_SMALL; HBK_CORRUPT where
 *     the file that remembers it is damaged; HBK_PERMISSION_DENIED; HBK_IO_ERROR.
 * Out:   note, length. Thread-safe. */
HBK_API hbk_status hbk_published_checkpoint(hbk_ledger* ledger, char* note, size_t capacity,
                                            size_t* length, hbk_error* error);

/* Makes the ledger forget that it was published, for an operator who has decided that a restored
 * backup shall go on: from when it is opened again it may be appended to, and published into another
 * directory. Whoever has seen the old publication can prove that the new one is a fork of it.
 *
 * Returns: HBK_OK, also where it was never published; HBK_READ_ONLY; HBK_PERMISSION_DENIED;
 *     HBK_IO_ERROR. Thread-safe. */
HBK_API hbk_status hbk_forget_publication(hbk_ledger* ledger, hbk_error* error);

/* --- Proofs ----------------------------------------------------------------------------------- */

/* Proves that an entry is in the ledger that a checkpoint signs: a text (C2SP tlog-proof) for
 * whoever has the ledger's vkey and nothing else. It brings the entry along, as the leaf data in
 * its extra line, and the checkpoint verbatim.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND where the checkpoint does not cover the index; HBK_BEHIND where it
 *     signs entries that the snapshot lacks, or has others in their place; HBK_UNSOUND where it is
 *     malformed or another ledger's (its signatures are for the proof's reader to check);
 *     HBK_TOO_SMALL; HBK_CORRUPT.
 * Args:  index: of the entry. note: a checkpoint of the ledger, such as hbk_published_checkpoint
 *     gives; note_length bytes.
 * Out:   proof, length. */
HBK_API hbk_status hbk_prove_inclusion(hbk_snapshot* snapshot, uint64_t index, const char* note,
                                       size_t note_length, char* proof, size_t capacity,
                                       size_t* length, hbk_error* error);

/* Proves that the first old_size entries stand unchanged in what a checkpoint signs: a text in the
 * form of the request that witnesses take (C2SP tlog-witness, add-checkpoint).
 *
 * Returns: HBK_OK; HBK_NOT_FOUND where old_size is beyond the checkpoint's; else as
 *     hbk_prove_inclusion.
 * Args:  old_size: may be 0, of which nothing needs a proof. note: as for hbk_prove_inclusion.
 * Out:   request, length. */
HBK_API hbk_status hbk_prove_consistency(hbk_snapshot* snapshot, uint64_t old_size,
                                         const char* note, size_t note_length, char* request,
                                         size_t capacity, size_t* length, hbk_error* error);

/* The functions below check what somebody handed over, from its bytes and the log's vkey alone.
 * They touch no file and take anything: what is malformed, or not signed, or does not prove what it
 * claims is HBK_UNSOUND, and the message says what is wrong. Thread-safe. */

/* Checks a checkpoint: a signed note of the log whose name and key the vkey has.
 *
 * Returns: HBK_OK; HBK_UNSOUND; HBK_INVALID_ARGUMENT for a vkey that is no log's.
 * Args:  note: length bytes. vkey: ends in a zero byte.
 * Out:   checkpoint: or NULL if not wanted. */
HBK_API hbk_status hbk_check_checkpoint(const char* note, size_t length, const char* vkey,
                                        hbk_checkpoint* checkpoint, hbk_error* error);

/* Checks an inclusion proof. What is proven is the entry that the proof brings along, or, for proofs
 * without one, the leaf hash given.
 *
 * Returns: HBK_OK; HBK_UNSOUND; HBK_INVALID_ARGUMENT for a vkey that is no log's, or where both
 *     leaf and entry are given: a leaf hash is proven without an entry.
 * Args:  proof: length bytes. vkey: ends in a zero byte. leaf: NULL for the entry that is in the
 *     proof.
 * Out:   entry; index: where it is; checkpoint: that signs it. Each NULL if not wanted. */
HBK_API hbk_status hbk_check_inclusion(const char* proof, size_t length, const char* vkey,
                                       const uint8_t leaf[32], hbk_entry* entry, uint64_t* index,
                                       hbk_checkpoint* checkpoint, hbk_error* error);

/* Checks a consistency proof against what was known of the log before: an old checkpoint, or the
 * root at the proof's old size.
 *
 * Returns: HBK_OK; HBK_UNSOUND, also where the old checkpoint is not signed or is of another size;
 *     HBK_INVALID_ARGUMENT for a vkey that is no log's, or unless one of old_note and old_root is
 *     given; from size 0 neither needs to be.
 * Args:  request: length bytes. vkey: ends in a zero byte. old_note: old_length bytes, or NULL.
 *     old_root: or NULL.
 * Out:   old_checkpoint; new_checkpoint. Each NULL if not wanted. Beside an old_root the old size
 *     is what the proof says: compare it with the one that you know the root by. */
HBK_API hbk_status hbk_check_consistency(const char* request, size_t length, const char* vkey,
                                         const char* old_note, size_t old_length,
                                         const uint8_t old_root[32],
                                         hbk_checkpoint* old_checkpoint,
                                         hbk_checkpoint* new_checkpoint, hbk_error* error);

/* --- Auditing --------------------------------------------------------------------------------- */

enum { /* what an audit found wrong, hbk_audit_report.finding */
  HBK_FINDING_NONE = 0,
  HBK_FINDING_SIGNATURE = 1,     /* the checkpoint is not signed by the key, or not in the form */
  HBK_FINDING_REWOUND = 2,       /* fewer entries than the auditor was shown before */
  HBK_FINDING_FORKED = 3,        /* another history than the auditor was shown before */
  HBK_FINDING_MISSING = 4,       /* a file that the checkpoint calls for is not there */
  HBK_FINDING_MALFORMED = 5,     /* a file or an entry is not in the form */
  HBK_FINDING_CHAIN = 6,         /* an entry does not name the hash of the one before it */
  HBK_FINDING_TILE = 7,          /* a published hash is not that of the entries */
  HBK_FINDING_ROOT = 8,          /* the entries do not hash to the root that was signed */
  HBK_FINDING_ORDER = 9,         /* an index or a time of recording is out of order */
  HBK_FINDING_ACCOUNT_LINK = 10, /* an entry does not name its account's previous entry */
  HBK_FINDING_RULES = 11,        /* the rules do not allow an entry, or not as it is */
  HBK_FINDING_WITNESSES = 12     /* too few of the witnesses trusted cosigned the checkpoint */
};

/* The name of a finding in snake_case, and one sentence in plain words that says what it means to
 * whoever has to decide about it. Never NULL; static. Thread-safe. */
HBK_API const char* hbk_finding_name(uint32_t finding);
HBK_API const char* hbk_finding_meaning(uint32_t finding);

enum { /* hbk_audit_options.flags */
  HBK_AUDIT_CHAIN_ONLY = 1 << 0 /* the chain and the tree alone: entries are not replayed */
};

/* Told of every account of a sound log, in the order in which they came to be. */
typedef void (*hbk_audited_account)(void* context, const hbk_party* party, uint16_t unit,
                                    const hbk_balance* balance);

typedef struct hbk_audit_options {
  uint32_t struct_size;
  uint32_t flags; /* HBK_AUDIT_* */
  /* The file in which this auditor keeps the last checkpoint that it found sound, UTF-8; made where
   * it does not exist, brought up to date by a sound audit. NULL for none: then nothing shows that
   * entries shown before were taken back. */
  const char* state_file;
  /* Where 200 to 220 bytes an entry find room while the audit runs, UTF-8. NULL for $TMPDIR, or
   * /tmp. */
  const char* scratch_directory;
  uint32_t threads; /* to use; 0 for as many as the machine runs at once */
  uint32_t reserved;
  /* A policy that the checkpoint must satisfy too (see Witnesses); NULL for none. */
  const char* policy;
  size_t policy_length;
  hbk_audited_account account; /* or NULL */
  void* account_context;       /* handed to it */
} hbk_audit_options;

#define HBK_AUDIT_OPTIONS_INIT {sizeof(hbk_audit_options), 0, NULL, NULL, 0, 0, NULL, 0, NULL, NULL}

typedef struct hbk_audit_report {
  uint32_t struct_size;
  uint32_t finding;          /* HBK_FINDING_*: the first thing that was found wrong */
  hbk_checkpoint checkpoint; /* zeros unless its signature is good */
  uint64_t seen_size;        /* entries that the state file knew of; 0 for none */
  uint64_t index;            /* of the entry that the finding is about; UINT64_MAX for none */
  uint8_t party[16];         /* of the account that it is about; zeros for none */
  uint16_t unit;             /* likewise */
  uint16_t reserved[3];
  uint64_t parties;  /* of a sound log */
  uint64_t accounts; /* likewise */
  char what[512];    /* what was found, and where: UTF-8, ends in a zero byte, cut where longer */
} hbk_audit_report;

#define HBK_AUDIT_REPORT_INIT \
  {sizeof(hbk_audit_report), 0, {0, {0}}, 0, UINT64_MAX, {0}, 0, {0, 0, 0}, 0, 0, {0}}

/* Audits a published log with nothing but its vkey: the signature of its checkpoint; that what the
 * auditor was shown before is a prefix; every file that the checkpoint calls for; every entry's hash
 * and link; every hash of the tree; its root; and by replaying every entry through the rules, as of
 * its day: its form, its order, its time, the links of its accounts and its verdict, down to every
 * balance. Whoever serves the directory is not trusted, nor is whoever wrote the ledger.
 *
 * Returns: HBK_OK where all is sound. HBK_UNSOUND where something is not: the report and the error
 *     say what and where. Else it could not be checked: HBK_NOT_FOUND where there is no checkpoint;
 *     HBK_INVALID_ARGUMENT for a vkey that is none of a log, a policy that is none, or a state file
 *     that is none of this log; HBK_DISK_FULL where the scratch directory has no room; HBK_END;
 *     HBK_TIMEOUT where another audit changed the state file meanwhile; HBK_PERMISSION_DENIED; HBK_OUT_OF_MEMORY; HBK_IO_ERROR.
 * Args:  publication: path of the directory, UTF-8, not NULL. vkey: text, not NULL. options: NULL
 *     for the defaults. progress: or NULL. context: handed to it.
 * Out:   report: its struct_size set by the caller; filled unless a handle or argument is refused.
 * Memory is that of the parties, accounts and policy entries, whatever the size of the log.
 * Thread-safe. */
HBK_API hbk_status hbk_audit(const char* publication, const char* vkey,
                             const hbk_audit_options* options, hbk_progress progress,
                             void* context, hbk_audit_report* report, hbk_error* error);

/* The same of a ledger itself: the entries that its last checkpoint signs as if they had been
 * published, and then all that it keeps, entries not signed yet included, as hbk_verify does. Where its
 * last checkpoint was signed after the snapshot was opened, all that is as of a moment after that, for
 * which it opens a snapshot of its own: HBK_READERS_FULL where that cannot be.
 * HBK_NOT_FOUND where it never signed a checkpoint. A damaged LMDB file can crash its reader: audit
 * one that you do not trust in a process of its own, as the command line does.
 *
 * May be used by one thread at a time, like everything on a snapshot. */
HBK_API hbk_status hbk_audit_ledger(hbk_snapshot* snapshot, const char* vkey,
                                    const hbk_audit_options* options, hbk_progress progress,
                                    void* context, hbk_audit_report* report, hbk_error* error);

/* --- Witnesses -------------------------------------------------------------------------------- */

/* A policy says whom to trust with a log (C2SP tlog-policy): lines of logs, of witnesses, of groups
 * of these, and one that names the quorum. Every call that takes one reads it strictly: where it is
 * malformed it is refused with HBK_INVALID_ARGUMENT, and the error says in which line. */

/* The most witnesses, and the most logs and groups, that a policy may have. */
#define HBK_WITNESSES_MAX 60

/* Gives one of a policy's witnesses, as "witness NAME VKEY URL" with one space between; where the
 * policy has no URL for it, the last space and URL are missing.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND where it has no more; HBK_INVALID_ARGUMENT; HBK_TOO_SMALL.
 * Args:  index: from 0, in the policy's order. Out: line, length. Thread-safe. Touches no file. */
HBK_API hbk_status hbk_policy_witness(const char* policy, size_t policy_length, uint32_t index,
                                      char* line, size_t capacity, size_t* length,
                                      hbk_error* error);

/* Checks a checkpoint against a policy: that a log signed it, and that enough witnesses cosigned.
 *
 * Returns: HBK_OK; HBK_UNSOUND where it is malformed, no such log signed it, a signature of a key
 *     of the policy is not good, or the quorum is missed: the error then says who did cosign;
 *     HBK_INVALID_ARGUMENT for a policy or vkey that is none, or neither naming a log.
 * Args:  note: a signed note. vkey: the log's; NULL where any log of the policy will do. Where the
 *     policy has logs and there is a vkey, the note must satisfy both.
 * Out:   checkpoint: or NULL if not wanted. times: HBK_WITNESSES_MAX times in unix seconds, or NULL:
 *     when each of the policy's witnesses cosigned, in its order; 0 for those that did not.
 * Thread-safe. Touches no file. */
HBK_API hbk_status hbk_check_policy(const char* note, size_t note_length, const char* policy,
                                    size_t policy_length, const char* vkey,
                                    hbk_checkpoint* checkpoint, int64_t* times, hbk_error* error);

/* Adds cosignatures, such as a witness answers with, to the checkpoint of a publication; durably,
 * and so that readers see the old file or the new one. Those of keys that are not witnesses of the
 * policy are left out; one takes the place of an older one of its key.
 *
 * Returns: HBK_OK with at least one added; HBK_UNSOUND where the lines are malformed, one of a
 *     witness is not good, none is of a witness, or the checkpoint is not signed by a log of the
 *     policy, where it has any; HBK_INVALID_ARGUMENT for a policy that is none, or where the
 *     checkpoint would have more than 64 signatures; HBK_NOT_FOUND where there is no checkpoint;
 *     HBK_TIMEOUT; HBK_PERMISSION_DENIED; HBK_DISK_FULL; HBK_IO_ERROR.
 * Args:  directory: of the publication, UTF-8, not NULL. lines: signature lines.
 * Out:   added: how many were good; or NULL if not wanted.
 * Thread-safe, beside hbk_publish and in several processes. */
HBK_API hbk_status hbk_add_cosignatures(const char* directory, const char* lines, size_t length,
                                        const char* policy, size_t policy_length, uint32_t* added,
                                        hbk_error* error);

/* Acts as a witness: answers a request to add a checkpoint, as C2SP tlog-witness has it, be it from
 * HTTP or a file. Cosigns where the checkpoint is signed by a log of the policy and proved to
 * continue the last one that was cosigned of it; this is kept in the state directory, a file a
 * log, durably before the call returns. A witness that loses this directory, or goes back to an old
 * copy of it, may cosign a fork.
 *
 * Returns: HBK_OK where there is an answer, be it a refusal; nothing was cosigned otherwise.
 *     HBK_CORRUPT where the log's file in the state directory is damaged, or another key's;
 *     HBK_NOT_FOUND where there is no such directory; HBK_TIMEOUT where others kept the file busy;
 *     HBK_TOO_SMALL, before anything is done, where the buffer could not take every answer;
 *     HBK_INVALID_ARGUMENT where the key is not a witness's, the policy is none, or the
 *     directory is something else; HBK_PERMISSION_DENIED; HBK_DISK_FULL; HBK_IO_ERROR.
 * Args:  state_directory: UTF-8, not NULL; it must exist, since a new witness and one that lost
 *     what it remembered look the same. request: the old size, the
 *     hashes of the consistency proof, an empty line and the checkpoint.
 * Out:   code: 200, and body holds the cosignature, a signature line; 409, and body holds the size
 *     cosigned last, which is the old size to prove from (type text/x.tlog.size); else body says
 *     why: 400 malformed, 403 not signed by the log, 404 unknown log, 422 not consistent. length.
 * Thread-safe, and in several processes. */
HBK_API hbk_status hbk_witness_answer(hbk_key* key, const char* policy, size_t policy_length,
                                      const char* state_directory, const char* request,
                                      size_t request_length, uint32_t* code, char* body,
                                      size_t capacity, size_t* length, hbk_error* error);

/* The last checkpoint that a witness cosigned of a log: a note with the log's signature and the
 * witness's. (C2SP tlog-witness serves it under <origin_hash>/checkpoint.)
 *
 * Returns: HBK_OK; HBK_NOT_FOUND where it cosigned none, or there is no such directory;
 *     HBK_CORRUPT as hbk_witness_answer;
 *     HBK_TOO_SMALL; HBK_INVALID_ARGUMENT; HBK_PERMISSION_DENIED; HBK_IO_ERROR.
 * Args:  origin_hash: SHA-256 of the log's origin. Out: note, length. Thread-safe. */
HBK_API hbk_status hbk_witness_checkpoint(hbk_key* key, const char* state_directory,
                                          const uint8_t origin_hash[32], char* note,
                                          size_t capacity, size_t* length, hbk_error* error);

/* --- Trials ----------------------------------------------------------------------------------- */

/* Asks what the rules would say, or would have said, without writing: for a dry run, and for an
 * import that meets a row which an earlier run refused. */
typedef struct hbk_trial hbk_trial;

/* Opens a trial on the ledger as it is now, standing at size 1 (the genesis alone).
 *
 * Returns: HBK_OK; HBK_BEHIND where the ledger takes no entries; HBK_CORRUPT; HBK_READERS_FULL;
 *     HBK_OUT_OF_MEMORY.
 * Out:   trial: the handle, or NULL on failure. Close it with hbk_trial_close. */
HBK_API hbk_status hbk_trial_open(hbk_ledger* ledger, hbk_trial** trial, hbk_error* error);

/* Replays the ledger up to `size` entries. Never goes back.
 *
 * Returns: HBK_OK; HBK_INVALID_ARGUMENT for a size before the present one or after entries were
 *     kept; HBK_NOT_FOUND for one beyond the ledger's; HBK_CORRUPT; HBK_OUT_OF_MEMORY and, from then
 *     on, HBK_POISONED: open another. */
HBK_API hbk_status hbk_trial_advance(hbk_trial* trial, uint64_t size, hbk_error* error);

/* Judges a batch as hbk_append would at the trial's size. With `keep` not 0 what stands is taken
 * into the trial, so that later batches are judged after it; otherwise the trial is as before.
 *
 * Returns: HBK_OK where every entry was judged; HBK_BATCH_EMPTY; HBK_BATCH_TOO_LARGE; HBK_CORRUPT;
 *     HBK_POISONED once a call on the trial has returned HBK_OUT_OF_MEMORY: open another.
 * Args:  entries: count of them, 1 to HBK_BATCH_MAX. Out: results: count of them. */
HBK_API hbk_status hbk_trial_judge(hbk_trial* trial, const hbk_entry* entries, uint32_t count,
                                   int keep, hbk_result* results, hbk_error* error);

/* Closes a trial. Args: trial: or NULL. */
HBK_API void hbk_trial_close(hbk_trial* trial);

/* --- Statements ------------------------------------------------------------------------------- */

/* Takes a text piece by piece, `length` bytes each. A result other than 0 ends the call early with
 * HBK_END. */
typedef int (*hbk_text_sink)(void* context, const char* text, size_t length);

/* How much a statement shows. */
typedef struct hbk_statement_made {
  uint64_t entries;
  uint64_t beyond; /* in the range too, but recorded after the checkpoint: left out */
} hbk_statement_made;

/* Writes what a party is shown of its own accounts: its entries, each with a proof that it is in the
 * tree that a checkpoint signs, and the checkpoint (FORMAT.md, Statement). Of each account it shows
 * every entry from the first to the last that occurred in the period; beside them the party's open
 * and close. It is of one id: a person with others linked to it has a statement of each.
 *
 * Returns: HBK_OK; HBK_NOT_FOUND where the party was not opened before the checkpoint; HBK_BEHIND
 *     where the snapshot does not hold what the checkpoint covers; HBK_UNSOUND where that is
 *     malformed or another ledger's (its signatures are not looked at); HBK_INVALID_ARGUMENT where
 *     it would be of more than 64 accounts: name a unit; HBK_CORRUPT; HBK_END.
 * Args:  unit: HBK_UNIT_*, or 0 for all. from, until: occurred_at not before, and before; INT64_MIN
 *     and INT64_MAX for any. checkpoint: `length` bytes, a signed note. sink: not NULL; what it took
 *     is a statement once the call returns HBK_OK. context: handed to it.
 * Out:   made: or NULL. */
HBK_API hbk_status hbk_prove_statement(hbk_snapshot* snapshot, const uint8_t party[16],
                                       uint16_t unit, int64_t from, int64_t until,
                                       const char* checkpoint, size_t length, hbk_text_sink sink,
                                       void* context, hbk_statement_made* made, hbk_error* error);

/* One account, as far as a statement shows it: every entry from the first to the last. */
typedef struct hbk_stated_account {
  uint16_t unit;       /* HBK_UNIT_* */
  uint16_t from_start; /* 1 where the account begins with the first, else 0 */
  uint32_t reserved;
  uint64_t entries;
  uint64_t first, last; /* indexes */
  uint64_t debits;      /* what the entries moved, at once or by a post; not what they hold */
  uint64_t credits;
} hbk_stated_account;

#define HBK_STATED_ACCOUNTS_MAX 64

/* What a statement was found to show. */
typedef struct hbk_statement_checked {
  uint32_t struct_size;
  uint16_t party_kind; /* HBK_PARTY_*; 0 where the party's open entry is not shown */
  uint16_t closed;     /* 1 where its close entry is shown, else 0 */
  uint8_t party[16];
  hbk_checkpoint checkpoint;
  uint64_t checkpoint_offset; /* of its note, in the text */
  uint64_t entries;
  uint32_t accounts_count;
  uint32_t reserved;
  hbk_stated_account accounts[HBK_STATED_ACCOUNTS_MAX]; /* in the order of their units */
} hbk_statement_checked;

#define HBK_STATEMENT_CHECKED_INIT \
  {sizeof(hbk_statement_checked), 0, 0, {0}, {0, {0}}, 0, 0, 0, 0, {{0, 0, 0, 0, 0, 0, 0, 0}}}

/* Takes an entry. A result other than 0 ends the call early with HBK_END. */
typedef int (*hbk_entry_sink)(void* context, const hbk_entry* entry);

/* Checks a statement with a log's public key and nothing else: the checkpoint's signature; that each
 * entry is in its tree, names the party and comes after the one before; and, of each account, that
 * nothing between its first and last entry is left out. It does not show that nothing came after the
 * last. Pure: reads no file.
 *
 * Returns: HBK_OK; HBK_UNSOUND with the line and why; HBK_END.
 * Args:  text: `length` bytes. vkey: of the log, not NULL. sink: NULL, or called with each entry
 *     once it is proved, in order: trust them when the call has returned HBK_OK. context: handed to
 *     it.
 * Out:   checked, its struct_size set by the caller.
 * Thread-safe. */
HBK_API hbk_status hbk_check_statement(const char* text, size_t length, const char* vkey,
                                       hbk_entry_sink sink, void* context,
                                       hbk_statement_checked* checked, hbk_error* error);

/* --- Evidence --------------------------------------------------------------------------------- */

/* The largest payload, in bytes. */
#define HBK_PAYLOAD_MAX (16u << 20)

/* Keeps a payload, such as a sign-in sheet, outside the ledger, and gives the commitment to put into
 * an entry's evidence: salted, so that it tells nothing of the payload. A store is a directory that
 * its owner alone may read, of a plain file for each payload.
 *
 * Returns: HBK_OK, once it is on disk; HBK_INVALID_ARGUMENT beyond HBK_PAYLOAD_MAX; HBK_TIMEOUT
 *     where another process is at the store for long; HBK_PERMISSION_DENIED; HBK_DISK_FULL;
 *     HBK_IO_ERROR.
 * Args:  store: path, UTF-8, not NULL; made where it does not exist (its parent must). payload:
 *     `length` bytes.
 * Out:   commitment: another one each time, for the same payload too.
 * Thread-safe. */
HBK_API hbk_status hbk_evidence_keep(const char* store, const void* payload, size_t length,
                                     uint8_t commitment[32], hbk_error* error);

/* The opening of a commitment: a text with the salt and the payload (FORMAT.md), which shows anyone
 * what is behind the evidence. Its payload may have zero bytes: go by length.
 *
 * Returns: HBK_OK; HBK_TOO_SMALL; HBK_NOT_FOUND where the store has none, or it was erased;
 *     HBK_CORRUPT where its file is damaged.
 * Out:   opening, length. Thread-safe. */
HBK_API hbk_status hbk_evidence_show(const char* store, const uint8_t commitment[32], char* opening,
                                     size_t capacity, size_t* length, hbk_error* error);

/* Checks an opening against a commitment, such as an entry's evidence. Pure: reads no file.
 *
 * Returns: HBK_OK; HBK_UNSOUND where the text is no opening, or one of another commitment.
 * Args:  opening: `length` bytes.
 * Out:   payload_offset: where in the opening the payload begins, which goes to its end; or NULL.
 * Thread-safe. */
HBK_API hbk_status hbk_evidence_check(const char* opening, size_t length,
                                      const uint8_t commitment[32], size_t* payload_offset,
                                      hbk_error* error);

/* Removes a payload and its salt from a store. Safe to repeat, after a crash too. Tell of it in the
 * ledger afterwards, by an entry of kind HBK_KIND_ERASE: it then never claims what is not done.
 *
 * Returns: HBK_OK, now or where it was done before; HBK_NOT_FOUND where the store never had it;
 *     HBK_TIMEOUT; HBK_PERMISSION_DENIED; HBK_DISK_FULL; HBK_IO_ERROR.
 * Copies, backups, openings that were handed out and what a disk keeps of removed files are out of
 * its reach. Thread-safe. */
HBK_API hbk_status hbk_evidence_erase(const char* store, const uint8_t commitment[32],
                                      hbk_error* error);

#ifdef __cplusplus
}
#endif

#endif /* HOURBOOK_H_ */
