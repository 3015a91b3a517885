#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "event.h"
#include "events_private.h"
#include "memory.h"
#include "process.h"

/*
 * A process that is looked for has no handle before the answer is there, and
 * the answer may be older than an event that was quicker. So what is heard of
 * strangers is remembered for a while, and told again to a handle that is made
 * by an answer to an earlier question. What is too much is forgotten, oldest
 * first; a handle that might have missed something by that has to ask.
 */

struct memory {
    memory *prev, *next;
    event ev;
};

static void drop_oldest(events *e)
{
    memory *oldest = e->memories;

    DL_DELETE(e->memories, oldest);
    e->memory_count--;
    e->forgotten = oldest->ev.moment;
    event_free(&oldest->ev);
    free(oldest);
}

void events_forget(events *e)
{
    while (e->memories != NULL)
        drop_oldest(e);
}

void events_remember(events *e, event *ev)
{
    memory *m = xcalloc(1, sizeof *m);

    m->ev = *ev;
    memset(ev, 0, sizeof *ev);
    DL_APPEND(e->memories, m);
    if (++e->memory_count > EVENTS_MEMORIES)
        drop_oldest(e);
}

static bool is_about(const event *ev, const neap_process *p)
{
    return strcmp(ev->view.container, p->container->id) == 0 &&
           strcmp(ev->view.process, p->id) == 0;
}

void events_recall(neap_process *p, uint64_t asked)
{
    events *e = p->client->events;
    memory *m;

    if (asked < e->forgotten)
        p->covered = false;
    DL_FOREACH(e->memories, m)
    if (m->ev.moment > asked && is_about(&m->ev, p))
        events_affect(p, &m->ev);
}
