#include "error.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* --- one line for people -------------------------------------------------- */

/*
 * The length of the UTF-8 character at `text` and its code point, or 0 where
 * there is none.
 */
static size_t character(const char *text, size_t left, uint32_t *code)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t length = s[0] < 0x80                   ? 1
                    : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
                    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                    : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                  : 0;

    if (length == 0 || length > left)
        return 0;
    *code = length == 1 ? s[0] : s[0] & (0x7f >> length);
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (s[i] & 0x3f);
    }
    return length;
}

/* What a terminal obeys instead of showing it; as neap.escape has it. */
static bool is_control(uint32_t code)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {
        { 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x200e, 0x200f },
        { 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xfeff, 0xfeff },
    };

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].from && code <= ranges[i].to)
            return true;
    return false;
}

static void add_escape(luaL_Buffer *b, const char *format, uint32_t code)
{
    char text[16];

    snprintf(text, sizeof text, format, code);
    luaL_addstring(b, text);
}

static void add_control(luaL_Buffer *b, uint32_t code)
{
    switch (code) {
    case '\n':
        luaL_addstring(b, "\\n");
        break;
    case '\r':
        luaL_addstring(b, "\\r");
        break;
    case '\t':
        luaL_addstring(b, "\\t");
        break;
    default:
        add_escape(b, code < 0x80 ? "\\x%02" PRIx32 : "\\u{%" PRIx32 "}", code);
    }
}

static void add_escaped(luaL_Buffer *b, const char *text, size_t left)
{
    while (left > 0) {
        uint32_t code = 0;
        size_t length = character(text, left, &code);

        if (length == 0)
            add_escape(b, "\\x%02" PRIx32, (unsigned char)*text);
        else if (is_control(code))
            add_control(b, code);
        else
            luaL_addlstring(b, text, length);
        length += length == 0;
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
