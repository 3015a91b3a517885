#ifndef NEAP_ENGINE_H
#define NEAP_ENGINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "neap/error.h"
#include "neap/loop.h"
#include "neap/request.h"

/*
 * A private containerd: one that is started detached, found again by whoever
 * comes later, and stopped.
 *
 * An engine is known by its socket alone. Whoever listens there is its process,
 * and the kernel says who that is: no pid file is written or believed. It is
 * ours when it runs as our user and its executable has the expected name.
 * Starting and stopping are done under a lock, so that two who start at once
 * get one engine, and one who starts while another stops gets a fresh one.
 *
 * Which program, with which arguments, configuration and environment, is the
 * caller's to say.
 */

#define NEAP_ENGINE_EXE 1024

/* Who listens on a socket. */
typedef struct neap_engine_peer {
    pid_t pid;
    uid_t uid;
    char exe[NEAP_ENGINE_EXE]; /* "" where the kernel does not tell */
} neap_engine_peer;

/* All of it is copied by the calls that take one. */
typedef struct neap_engine_config {
    const char *lock;   /* a file that exists for locking; made when missing */
    const char *socket; /* where the engine answers */
    const char *name;   /* what its executable is called: "containerd" */
    double timeout_s;   /* for the lock and for the engine, each */

    /* Of starting only. */
    const char *log;         /* its standard output and error, appended to */
    const char *config_path; /* written anew before it starts */
    const char *config_text;
    const char *const *argv; /* argv[0] is the path of the program; NULL ends */
    const char *const *env;  /* "K=V", all it gets; NULL ends */
    unsigned long nofile;    /* its RLIMIT_NOFILE where that can be had */
    bool launcher; /* argv asks a service manager and ends; 0 is success */
} neap_engine_config;

/* `peer` is borrowed, NULL on error; `started` is false when it was running. */
typedef void (*neap_engine_cb)(void *arg,
                               const neap_error *err,
                               const neap_engine_peer *peer,
                               bool started);

/*
 * Start an engine, or adopt the one that answers on the socket already. A
 * socket that nobody listens on is replaced. The engine is nobody's child: it
 * leads no session, holds none of our descriptors, and outlives us.
 *
 * NEAP_FAILED_PRECONDITION: a stranger listens on the socket. NEAP_UNAVAILABLE:
 * the engine ended before it answered; the message carries the end of its log.
 * NEAP_DEADLINE_EXCEEDED: it did not answer in time, and was killed; or
 * somebody else kept the lock. Cancelled before it answers, it is killed too;
 * with a launcher it goes on, and the error is pending.
 */
neap_request *neap_engine_start(neap_loop *loop,
                                const neap_engine_config *config,
                                neap_engine_cb cb,
                                void *arg);

/*
 * Ask the engine to end, wait for that, and remove its sockets. After
 * `timeout_s` it is killed. `peer` is who it was. What runs in it goes on
 * without it. NEAP_NOT_FOUND: nobody listens.
 */
neap_request *neap_engine_stop(neap_loop *loop,
                               const neap_engine_config *config,
                               neap_engine_cb cb,
                               void *arg);

/* Tell who listens on `socket`: false and NEAP_NOT_FOUND when nobody does. */
bool neap_engine_identify(const char *socket,
                          neap_engine_peer *peer,
                          neap_error *err);

/* As whom engines run here: our effective user. */
uid_t neap_engine_user(void);

/* Whether `peer` runs as our user an executable called `name`. */
bool neap_engine_is_ours(const neap_engine_peer *peer, const char *name);

#endif
