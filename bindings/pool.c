#include "pool.h"

#include <stdlib.h>
#include <string.h>

#define FRESH (16 << 10)

static size_t class_of(size_t size)
{
    return (size - 1) / POOL_STEP;
}

/* What is left of the block before is too small for anything but lists. */
static void *cut(pool *p, size_t size)
{
    void *block;

    if (p->left < size) {
        char *fresh = malloc(FRESH);

        if (fresh == NULL)
            return NULL;
        p->fresh = fresh;
        p->left = FRESH;
    }
    block = p->fresh;
    p->fresh += size;
    p->left -= size;
    return block;
}

static void *take(pool *p, size_t size)
{
    size_t class = class_of(size);
    pool_block *block;

    if (class >= POOL_SIZES)
        return malloc(size);
    block = p->free[class];
    if (block == NULL)
        return cut(p, (class + 1) * POOL_STEP);
    p->free[class] = block->next;
    return block;
}

static void give(pool *p, void *memory, size_t size)
{
    size_t class = class_of(size);
    pool_block *block = memory;

    if (class >= POOL_SIZES) {
        free(memory);
        return;
    }
    block->next = p->free[class];
    p->free[class] = block;
}

void *pool_realloc(void *ud, void *block, size_t old_size, size_t size)
{
    pool *p = ud;
    void *other;

    if (block == NULL) /* then `old_size` says what it is for */
        return size == 0 ? NULL : take(p, size);
    if (size == 0) {
        give(p, block, old_size);
        return NULL;
    }
    if (class_of(old_size) >= POOL_SIZES && class_of(size) >= POOL_SIZES)
        return realloc(block, size);
    if (class_of(old_size) == class_of(size))
        return block;
    other = take(p, size);
    if (other == NULL)
        return NULL;
    memcpy(other, block, old_size < size ? old_size : size);
    give(p, block, old_size);
    return other;
}
