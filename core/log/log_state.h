#ifndef LOG_STATE_H
#define LOG_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What must survive the logger's death by SIGKILL, as shared memory over a
 * file.
 *
 * Everything that belongs together is in a log_commit, of which there are two:
 * log_state_commit fills the one that does not count and then turns `current`,
 * in one store. So the logger's successor finds either what was before or what
 * is after, however it died. It does not survive a machine's crash; neither do
 * containers.
 *
 * The first fields are for other programs, little endian: magic, u32 version,
 * u32 over (1: ended as it should), u64 dropped (bytes that are not in the
 * log), the last trouble as text that ends in NUL ("": none now).
 */

#define LOG_STREAMS  2 /* stdout, stderr */
#define LOG_SEGMENTS 1024

typedef struct log_commit {
    uint64_t offset;        /* where in the log the next byte goes */
    uint64_t device, inode; /* the log; 0: none was opened yet */
    uint64_t done[2];       /* how much of each spool the log has taken */
    int64_t piece_at[2];    /* when the line began whose pieces are written */
    uint64_t dropped;
    uint32_t unused;
    uint32_t ended; /* a bit a stream: its unfinished line is written */
} log_commit;

/* The streams, by the device and the inode of their FIFOs, and when they are.
 */
typedef struct log_owner {
    uint64_t fifo[2][2];
    char boot[40];
} log_owner;

/* Bytes of one stream in a row, see log_journal.h. */
typedef struct log_segment {
    uint64_t at;
    uint64_t shift; /* position in the spool less `at` */
    uint32_t stream;
    uint32_t unused;
} log_segment;

typedef struct log_state {
    char magic[8];
    uint32_t version;
    uint32_t over;
    uint64_t dropped;
    char trouble[488];

    uint32_t current;
    uint32_t pid; /* whose it is now */
    log_commit commit[2];
    log_owner owner;    /* whose state this is */
    int64_t read_at[2]; /* when each stream was last read, in ns */
    int64_t newest;     /* no later line of the file is older */

    uint64_t head, tail, mark; /* of the journal */
    uint64_t first, last;      /* of its segments; last is one past */
    uint64_t seen[2];          /* how much of each spool it has */
    log_segment segment[LOG_SEGMENTS];
    uint32_t holder; /* 1: nothing was read while a watcher was slow */
} log_state;

/* Map the file `fd`. NULL and errno on failure. */
log_state *log_state_map(int fd);

/* Is it the state of these streams, and are they not over? */
bool log_state_fits(const log_state *state, const log_owner *owner);

/* Begin anew: nothing was read of these streams. */
void log_state_reset(log_state *state, const log_owner *owner);

const log_commit *log_state_now(const log_state *state);
void log_state_commit(log_state *state, const log_commit *commit);

/* Note what is wrong; NULL: nothing. */
void log_state_trouble(log_state *state, const char *text);

#endif
