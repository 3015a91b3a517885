#include "backlog.h"

#include <stdlib.h>

#include "memory.h"

#define REFILL ((size_t)256 << 10)

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void backlog_open(backlog *b, const neap_stdio_end *how)
{
    b->policy = how->policy;
    if (how->policy == NEAP_POLICY_SPILL)
        b->spill = spill_new(how->spill_dir, how->spill_limit);
}

void backlog_close(backlog *b)
{
    ring_clear(&b->held);
    spill_free(b->spill);
    b->spill = NULL;
    b->policy = NEAP_POLICY_BLOCK;
}

bool backlog_is_empty(const backlog *b)
{
    return b->held.size == 0;
}

/* --- room ----------------------------------------------------------------- */

/* Half empty is early enough: many small reads cost more. */
static size_t room_to_block(const backlog *b, size_t buffer)
{
    return b->held.size > buffer / 2 ? 0 : buffer - b->held.size;
}

static size_t room_to_spill(const backlog *b, size_t buffer)
{
    uint64_t room = spill_room(b->spill);

    if (spill_size(b->spill) == 0)
        room += buffer - b->held.size;
    return room < BACKLOG_ALL ? (size_t)room : BACKLOG_ALL;
}

size_t backlog_room(const backlog *b, size_t buffer)
{
    switch (b->policy) {
    case NEAP_POLICY_DROP:
        return BACKLOG_ALL;
    case NEAP_POLICY_SPILL:
        return room_to_spill(b, buffer);
    default:
        return room_to_block(b, buffer);
    }
}

/* --- putting -------------------------------------------------------------- */

/* The newest stays, as much as fits. */
static void put_newest(backlog *b, size_t buffer, const char *data, size_t size)
{
    size_t all = b->held.size + size, over = all > buffer ? all - buffer : 0;
    size_t old = least(over, b->held.size), new = over - old;

    b->dropped += over;
    ring_skip(&b->held, old);
    ring_put(&b->held, data + new, size - new);
}

static void put_and_spill(backlog *b, size_t buffer, const char *data, size_t n)
{
    size_t here = 0;

    if (spill_size(b->spill) == 0)
        here = least(n, buffer - b->held.size);
    ring_put(&b->held, data, here);
    if (here < n)
        spill_put(b->spill, data + here, n - here);
}

void backlog_put(backlog *b, size_t buffer, const char *data, size_t size)
{
    if (size == 0)
        return;
    if (b->policy == NEAP_POLICY_DROP)
        put_newest(b, buffer, data, size);
    else if (b->policy == NEAP_POLICY_SPILL)
        put_and_spill(b, buffer, data, size);
    else
        ring_put(&b->held, data, size);
}

/* --- taking --------------------------------------------------------------- */

static void refill(backlog *b, size_t buffer)
{
    size_t most = least(buffer, REFILL);
    int64_t n;
    char *data;

    if (b->held.size > 0 || b->spill == NULL || spill_size(b->spill) == 0)
        return;
    data = xmalloc(most);
    n = spill_take(b->spill, data, most);
    if (n > 0)
        ring_put(&b->held, data, (size_t)n);
    else
        b->problem = (int)-n;
    free(data);
}

const char *backlog_front(const backlog *b, size_t *size)
{
    return ring_front(&b->held, size);
}

void backlog_skip(backlog *b, size_t buffer, size_t size)
{
    ring_skip(&b->held, size);
    refill(b, buffer);
}

char *backlog_take(backlog *b, size_t buffer, size_t *size)
{
    char *data;

    *size = least(b->held.size, BACKLOG_ALL);
    if (*size == 0)
        return NULL;
    data = xmalloc(*size);
    ring_take(&b->held, data, *size);
    refill(b, buffer);
    return data;
}
