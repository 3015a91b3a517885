#ifndef SERVER_SCRIPT_H
#define SERVER_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a scripted server was told to answer, and what it was asked: one
 * server_method for each path, made when it is first named. Knows no gRPC; its
 * holder locks.
 */

typedef struct server_bytes {
    uint8_t *data;
    size_t size;
} server_bytes;

/* Grows; what is in it stays where it is. */
typedef struct server_list {
    server_bytes *items;
    unsigned count;
} server_list;

typedef enum server_kind {
    SERVER_ANSWER, /* `answer`, then `status`: UNIMPLEMENTED to begin with */
    SERVER_STREAM, /* what is sent and ended by hand */
} server_kind;

typedef struct server_method {
    struct server_method *next;
    char *path;
    server_kind kind;
    server_list answer;
    int status;
    char *details;
    bool held;

    unsigned calls, cancelled;
    server_list messages; /* of all calls */
    server_list headers;  /* one a call: "key\0value\0" over and over */
} server_method;

/* The method of `path` in the list at `*head`, made where it is not there. */
server_method *server_method_of(server_method **head, const char *path);
void server_methods_free(server_method *head);

/* Script the answer anew: no message, and this status. */
void server_method_reset(server_method *m,
                         server_kind kind,
                         int status,
                         const char *details);

/* Copies. */
void server_list_add(server_list *list, const void *data, size_t size);
void server_list_free(server_list *list);

/* The value of `key` in one call's headers; NULL: none. */
const char *server_header_of(const server_bytes *headers, const char *key);

#endif
