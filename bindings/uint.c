#include "uint.h"

#include <errno.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UINT_TYPE "neap.uint"
#define TWO_64    18446744073709551616.0

bool uint_test(lua_State *L, int index, uint64_t *number)
{
    const uint64_t *held = luaL_testudata(L, index, UINT_TYPE);

    if (held != NULL)
        *number = *held;
    return held != NULL;
}

/* -1, 0 or 1, as `big` is less than, equal to or more than what is at `index`.
 * `big` is more than any integer of Lua's. */
static int compare_big(lua_State *L, uint64_t big, int index)
{
    lua_Number other;
    uint64_t number;

    if (uint_test(L, index, &number))
        return (big > number) - (big < number);
    other = luaL_checknumber(L, index);
    if (lua_isinteger(L, index) || !(other >= TWO_64 / 2))
        return 1;
    if (other >= TWO_64)
        return -1;
    number = (uint64_t)other;
    return (big > number) - (big < number);
}

static int compare(lua_State *L)
{
    uint64_t big = 0;

    if (uint_test(L, 1, &big))
        return compare_big(L, big, 2);
    uint_test(L, 2, &big); /* one of the two is */
    return -compare_big(L, big, 1);
}

static int uint_eq(lua_State *L)
{
    uint64_t left, right;

    lua_pushboolean(L, uint_test(L, 1, &left) && uint_test(L, 2, &right) &&
                           left == right);
    return 1;
}

static int uint_lt(lua_State *L)
{
    lua_pushboolean(L, compare(L) < 0);
    return 1;
}

static int uint_le(lua_State *L)
{
    lua_pushboolean(L, compare(L) <= 0);
    return 1;
}

static int uint_tostring(lua_State *L)
{
    const uint64_t *number = luaL_checkudata(L, 1, UINT_TYPE);
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRIu64, *number);
    lua_pushstring(L, digits);
    return 1;
}

static const luaL_Reg uint_mt[] = {
    { "__eq", uint_eq }, { "__lt", uint_lt },
    { "__le", uint_le }, { "__tostring", uint_tostring },
    { NULL, NULL },
};

void uint_push(lua_State *L, uint64_t number)
{
    uint64_t *held;

    if (number <= INT64_MAX) {
        lua_pushinteger(L, (lua_Integer)number);
        return;
    }
    held = lua_newuserdatauv(L, sizeof *held, 0);
    *held = number;
    if (luaL_newmetatable(L, UINT_TYPE))
        luaL_setfuncs(L, uint_mt, 0);
    lua_setmetatable(L, -2);
}

int uint_new(lua_State *L)
{
    const char *digits = luaL_checkstring(L, 1);
    uint64_t number;

    errno = 0;
    number = strtoull(digits, NULL, 10);
    luaL_argcheck(
        L, digits[0] != '\0' && strspn(digits, "0123456789") == strlen(digits),
        1, "decimal digits expected");
    luaL_argcheck(L, errno == 0, 1, "more than 64 bits");
    uint_push(L, number);
    return 1;
}
