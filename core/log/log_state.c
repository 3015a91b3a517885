#include "log_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char magic[8] = "neaplog";

_Static_assert(offsetof(log_state, trouble) == 24, "others read these fields");

log_state *log_state_map(int fd)
{
    void *map;

    /* All of it: to touch a page for which there is no room is SIGBUS. */
    errno = posix_fallocate(fd, 0, sizeof(log_state));
    if (errno != 0)
        return NULL;
    map = mmap(NULL, sizeof(log_state), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
               0);
    return map != MAP_FAILED ? map : NULL;
}

bool log_state_fits(const log_state *state, const log_owner *owner)
{
    return memcmp(state->magic, magic, sizeof magic) == 0 &&
           state->version == 1 && !state->over && state->current < 2 &&
           memcmp(&state->owner, owner, sizeof *owner) == 0;
}

void log_state_reset(log_state *state, const log_owner *owner)
{
    memset(state, 0, sizeof *state);
    state->owner = *owner;
    state->version = 1;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    memcpy(state->magic, magic, sizeof magic);
}

const log_commit *log_state_now(const log_state *state)
{
    return &state->commit[state->current];
}

void log_state_commit(log_state *state, const log_commit *commit)
{
    uint32_t next = !state->current;

    state->commit[next] = *commit;
    __atomic_store_n(&state->current, next, __ATOMIC_RELEASE);
    state->dropped = commit->dropped;
}

void log_state_trouble(log_state *state, const char *text)
{
    snprintf(state->trouble, sizeof state->trouble, "%s",
             text != NULL ? text : "");
}
