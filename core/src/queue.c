#include "neap/queue.h"

#include <stdlib.h>

#include "backlog.h"
#include "memory.h"

struct neap_queue {
    backlog held;
    size_t buffer;
};

neap_queue *neap_queue_new(const neap_stdio_end *how)
{
    neap_queue *q = xcalloc(1, sizeof *q);

    q->buffer = how->buffer;
    backlog_open(&q->held, how);
    return q;
}

void neap_queue_free(neap_queue *q)
{
    if (q != NULL)
        backlog_close(&q->held);
    free(q);
}

size_t neap_queue_put(neap_queue *q, const char *data, size_t size)
{
    size_t room = backlog_room(&q->held, q->buffer);
    size_t n = size < room ? size : room;

    backlog_put(&q->held, q->buffer, data, n);
    return n;
}

const char *neap_queue_front(const neap_queue *q, size_t *size)
{
    return backlog_front(&q->held, size);
}

void neap_queue_skip(neap_queue *q, size_t size)
{
    backlog_skip(&q->held, q->buffer, size);
}

uint64_t neap_queue_dropped(const neap_queue *q)
{
    return q->held.dropped;
}

int neap_queue_problem(const neap_queue *q)
{
    return q->held.problem;
}
