#ifndef NEAP_ERROR_H
#define NEAP_ERROR_H

#include <stdbool.h>

/*
 * What went wrong, in a form that reaches Lua unchanged.
 *
 * `code` is for programs, `op` names the call that failed, `message` is for
 * people and is never parsed. Messages are whole: runc puts the cause last.
 *
 * An error that a callback is given is borrowed for the length of the call.
 * One that is kept owns its strings: copy it with neap_error_copy and let it go
 * with neap_error_clear. An all-zero neap_error is no error.
 */

#define NEAP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Values equal the gRPC status codes; rpc.c asserts it at compile time. */
#define NEAP_CODES(X)                                                          \
    X(CANCELLED, 1, "cancelled")                                               \
    X(UNKNOWN, 2, "unknown")                                                   \
    X(INVALID_ARGUMENT, 3, "invalid_argument")                                 \
    X(DEADLINE_EXCEEDED, 4, "deadline_exceeded")                               \
    X(NOT_FOUND, 5, "not_found")                                               \
    X(ALREADY_EXISTS, 6, "already_exists")                                     \
    X(PERMISSION_DENIED, 7, "permission_denied")                               \
    X(RESOURCE_EXHAUSTED, 8, "resource_exhausted")                             \
    X(FAILED_PRECONDITION, 9, "failed_precondition")                           \
    X(ABORTED, 10, "aborted")                                                  \
    X(OUT_OF_RANGE, 11, "out_of_range")                                        \
    X(UNIMPLEMENTED, 12, "unimplemented")                                      \
    X(INTERNAL, 13, "internal")                                                \
    X(UNAVAILABLE, 14, "unavailable")                                          \
    X(DATA_LOSS, 15, "data_loss")                                              \
    X(UNAUTHENTICATED, 16, "unauthenticated")

typedef enum neap_code {
    NEAP_OK = 0,
#define X(name, value, text) NEAP_##name = value,
    NEAP_CODES(X)
#undef X
} neap_code;

typedef struct neap_error {
    neap_code code;
    const char *op; /* static string, e.g. "container.start" */
    char *message;  /* owned; one line, no trailing newline */
    char *id;       /* owned; what it was about, or NULL */
    int sys;        /* errno where the system failed, else 0 */
    bool pending;   /* a change was sent and its outcome is still open */
} neap_error;

/* "not_found" for NEAP_NOT_FOUND; the spelling Lua sees. Static storage. */
const char *neap_code_name(neap_code code);

/* The code for an errno, as the contract's table has it. */
neap_code neap_code_of_errno(int sys);

/* "ENOSPC" for ENOSPC. Static storage. */
const char *neap_errno_name(int sys);

/* Fill `err` anew; what it held is released. `op` must be static. */
void neap_error_set(neap_error *err,
                    neap_code code,
                    const char *op,
                    const char *fmt,
                    ...) NEAP_PRINTF(4, 5);

/* The same for errno `sys`; ": " and the system's text end the message. */
void neap_error_set_errno(neap_error *err,
                          const char *op,
                          int sys,
                          const char *fmt,
                          ...) NEAP_PRINTF(4, 5);

/* Make `to` a copy that owns its strings; what it held is released. */
void neap_error_copy(neap_error *to, const neap_error *from);

/* Release what `err` owns and make it no error again. */
void neap_error_clear(neap_error *err);

#endif
