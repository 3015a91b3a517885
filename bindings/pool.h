#ifndef POOL_H
#define POOL_H

#include <stddef.h>

/*
 * The memory of a program's one Lua state, a lua_Alloc. Most of what Lua asks
 * for is small, and soon given back, and it says how large it was: so blocks of
 * one size wait in a list for the next who wants that size, and none has a
 * header. What is small stays with the pool; what is large is malloc's.
 */
void *pool_realloc(void *pool, void *block, size_t old_size, size_t size);

typedef struct pool_block {
    struct pool_block *next;
} pool_block;

#define POOL_STEP  16
#define POOL_SIZES 16

typedef struct pool {
    pool_block *free[POOL_SIZES]; /* of 16 bytes, of 32, ... of 256 */
    char *fresh;
    size_t left; /* of `fresh` */
} pool;

#endif
