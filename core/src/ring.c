#include "ring.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define LEAST 4096

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t copy(const ring *r, char *into, size_t most)
{
    size_t size = least(r->size, most), first = least(size, r->room - r->at);

    if (size == 0)
        return 0;
    memcpy(into, r->data + r->at, first);
    memcpy(into + first, r->data, size - first);
    return size;
}

static void grow(ring *r, size_t need)
{
    size_t room = r->room > 0 ? r->room : LEAST;
    char *data;

    while (room < need)
        room *= 2;
    if (room == r->room)
        return;
    data = xmalloc(room);
    copy(r, data, r->size);
    free(r->data);
    r->data = data;
    r->room = room;
    r->at = 0;
}

void ring_put(ring *r, const char *data, size_t size)
{
    size_t end, first;

    if (size == 0)
        return;
    grow(r, r->size + size);
    end = (r->at + r->size) % r->room;
    first = least(size, r->room - end);
    memcpy(r->data + end, data, first);
    memcpy(r->data, data + first, size - first);
    r->size += size;
}

const char *ring_front(const ring *r, size_t *size)
{
    *size = least(r->size, r->room - r->at);
    return r->size > 0 ? r->data + r->at : NULL;
}

void ring_skip(ring *r, size_t size)
{
    if (size >= r->size) {
        ring_clear(r);
        return;
    }
    r->at = (r->at + size) % r->room;
    r->size -= size;
}

size_t ring_take(ring *r, char *into, size_t most)
{
    size_t size = copy(r, into, most);

    ring_skip(r, size);
    return size;
}

void ring_clear(ring *r)
{
    free(r->data);
    *r = (ring){ 0 };
}
