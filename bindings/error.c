#include "error.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* --- one line for people -------------------------------------------------- */

/* The length of the UTF-8 character at `text`, or 0 where there is none. */
static size_t character(const char *text, size_t left)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t length = s[0] < 0x80                   ? 1
                    : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
                    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                    : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                  : 0;

    if (length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

/* C0, delete and C1: what a terminal acts upon. */
static bool is_control(const char *text, size_t length)
{
    const unsigned char *s = (const unsigned char *)text;

    return length == 1 ? s[0] < 0x20 || s[0] == 0x7f
                       : length == 2 && s[0] == 0xc2 && s[1] < 0xa0;
}

static void add_escape(luaL_Buffer *b, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char named[] = "\nn\tt\rr";
    const char *found = byte != '\0' ? strchr(named, byte) : NULL;

    luaL_addchar(b, '\\');
    if (found != NULL && (found - named) % 2 == 0) {
        luaL_addchar(b, found[1]);
        return;
    }
    luaL_addchar(b, 'x');
    luaL_addchar(b, hex[byte >> 4]);
    luaL_addchar(b, hex[byte & 15]);
}

static void add_escaped(luaL_Buffer *b, const char *text, size_t left)
{
    while (left > 0) {
        size_t length = character(text, left);

        if (length > 0 && !is_control(text, length)) {
            luaL_addlstring(b, text, length);
        } else {
            length = length > 0 ? length : 1;
            for (size_t i = 0; i < length; i++)
                add_escape(b, (unsigned char)text[i]);
        }
        text += length;
        left -= length;
    }
}

/* Field `name` of the error, or nothing; what is no string reads as one. */
static void add_field(lua_State *L, luaL_Buffer *b, const char *name, bool more)
{
    const char *text;
    size_t length;

    if (lua_getfield(L, 1, name) == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    text = luaL_tolstring(L, -1, &length);
    lua_copy(L, -1, 2); /* the buffer wants the top for itself */
    lua_pop(L, 2);
    add_escaped(b, text, length);
    if (more)
        luaL_addstring(b, ": ");
}

/* "op: code: message", in one line. */
static int error_tostring(lua_State *L)
{
    luaL_Buffer b;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    luaL_buffinit(L, &b);
    add_field(L, &b, "op", true);
    add_field(L, &b, "code", true);
    add_field(L, &b, "message", false);
    luaL_pushresult(&b);
    return 1;
}

/* --- making errors -------------------------------------------------------- */

static void set_string(lua_State *L, const char *name, const char *value)
{
    if (value == NULL)
        return;
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

void error_push(lua_State *L, const neap_error *err)
{
    lua_createtable(L, 0, 4);
    set_string(L, "code", neap_code_name(err->code));
    set_string(L, "op", err->op);
    set_string(L, "message", err->message != NULL ? err->message : "");
    set_string(L, "id", err->id);
    if (err->sys != 0)
        set_string(L, "errno", neap_errno_name(err->sys));
    if (err->pending) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, "pending");
    }
    luaL_setmetatable(L, ERROR_TYPE);
}

void error_push_new(lua_State *L,
                    neap_code code,
                    const char *op,
                    const char *message)
{
    lua_createtable(L, 0, 3);
    set_string(L, "code", neap_code_name(code));
    set_string(L, "op", op);
    set_string(L, "message", message);
    luaL_setmetatable(L, ERROR_TYPE);
}

int error_return(
    lua_State *L, neap_code code, const char *op, const char *fmt, ...)
{
    va_list args;

    lua_pushnil(L);
    va_start(args, fmt);
    error_push_new(L, code, op, lua_pushvfstring(L, fmt, args));
    va_end(args);
    lua_remove(L, -2);
    return 2;
}

int error_return_err(lua_State *L, const neap_error *err)
{
    lua_pushnil(L);
    error_push(L, err);
    return 2;
}

/* Lua: core.error { code =, op =, message =, ... }: the same table, an error */
static int core_error(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (lua_getfield(L, 1, "code") == LUA_TNIL) {
        lua_pop(L, 1);
        set_string(L, "code", neap_code_name(NEAP_UNKNOWN));
    }
    lua_settop(L, 1);
    luaL_setmetatable(L, ERROR_TYPE);
    return 1;
}

void error_open(lua_State *L)
{
    luaL_newmetatable(L, ERROR_TYPE); /* also sets __name */
    lua_pushcfunction(L, error_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 1);
    lua_pushcfunction(L, core_error);
    lua_setfield(L, -2, "error");
}
