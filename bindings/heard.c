#include "heard.h"

#include <stdlib.h>
#include <string.h>

#include "value.h"

static char *put(char **at, const void *data, size_t size)
{
    char *start = *at;

    memcpy(start, data, size);
    *at += size;
    return start;
}

static const char *put_text(char **at, const char *text)
{
    return text != NULL ? put(at, text, strlen(text) + 1) : NULL;
}

static size_t text_size(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

heard *heard_copy(const neap_event *e)
{
    size_t size = text_size(e->topic) + text_size(e->container) +
                  text_size(e->process) + text_size(e->type_url) +
                  e->payload_size;
    heard *h = malloc(sizeof *h + size);
    char *at;

    if (h == NULL)
        return NULL;
    at = h->bytes;
    h->next = NULL;
    h->event = *e;
    h->event.topic = put_text(&at, e->topic);
    h->event.container = put_text(&at, e->container);
    h->event.process = put_text(&at, e->process);
    h->event.type_url = put_text(&at, e->type_url);
    if (e->payload != NULL)
        h->event.payload = put(&at, e->payload, e->payload_size);
    return h;
}

static void push_text(lua_State *L, const char *name, const char *text)
{
    if (text == NULL)
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static void push_integer(lua_State *L, const char *name, lua_Integer n)
{
    lua_pushinteger(L, n);
    lua_setfield(L, -2, name);
}

static void push_message(lua_State *L, const neap_event *e)
{
    neap_value **box = value_box(L);

    *box = neap_event_message(e);
    if (*box == NULL) {
        lua_pop(L, 1);
        return;
    }
    value_push(L, *box);
    value_unbox(L, -2);
    lua_remove(L, -2);
    lua_setfield(L, -2, "data");
}

void heard_push(lua_State *L, const heard *h, size_t dropped)
{
    const neap_event *e = &h->event;

    lua_createtable(L, 0, 9);
    push_text(L, "topic", e->topic);
    push_text(L, "id", e->container);
    push_text(L, "process", e->process);
    lua_pushnumber(L, e->time);
    lua_setfield(L, -2, "time");
    if (e->has_pid)
        push_integer(L, "pid", e->pid);
    if (e->has_code)
        push_integer(L, "code", e->code);
    if (e->synthetic) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, "synthetic");
    }
    if (dropped > 0)
        push_integer(L, "dropped", (lua_Integer)dropped);
    push_message(L, e);
}
