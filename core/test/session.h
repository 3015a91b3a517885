#ifndef SESSION_H
#define SESSION_H

#include "daemon.h"

#define VERSION "containerd.services.version.v1.Version/Version"
#define LIST    "/containerd.services.containers.v1.Containers/ListStream"

/* A client of the scripted containerd, driven and hosted. */
typedef struct session {
    world w;
    neap_client *client;
} session;

typedef struct session_test {
    const char *name;
    void (*run)(session *s);
} session_test;

/* Run each in both modes, saying so; what a test program's main returns. */
int session_run(const session_test *tests, size_t count);

/* Load the record `id`, whose time of creation is `born`. Owned. */
neap_container *session_load(session *s, const char *id, int born);

/* Delete a record. */
neap_code session_delete(session *s, neap_container *c);

/* Have lists answer with one record more, or with this alone. */
void session_add_record(session *s, const char *id, char born, bool first);

/* Release what a list found, and empty the reply. */
void session_release(reply *r);

#endif
