#include "context.h"

#include <lauxlib.h>

#include "call.h"

static const char key = 0;     /* registry: the context */
static const char anchors = 0; /* registry: { [anchor] = value } */

#define MICROSECOND 1000 /* nanoseconds */
#define MILLISECOND (1000 * MICROSECOND)

/* --- deferred work -------------------------------------------------------- */

static void on_idle(uv_idle_t *busy)
{
    (void)busy;
}

void context_defer(context *ctx, deferred *d)
{
    if (d->queued)
        return;
    if (ctx->first == NULL)
        uv_idle_start(&ctx->busy, on_idle);
    d->queued = true;
    d->next = NULL;
    *ctx->last = d;
    ctx->last = &d->next;
}

/* Run what is queued now; what that queues waits for the next turn. */
static void run_deferred(context *ctx)
{
    deferred *d = ctx->first;

    if (d != NULL)
        uv_idle_stop(&ctx->busy);
    ctx->first = NULL;
    ctx->last = &ctx->first;
    while (d != NULL) {
        deferred *next = d->next;

        d->queued = false;
        d->run(d);
        d = next;
    }
}

/*
 * A wait may be ended by what no handle of the loop foresees, a background
 * stream or another fiber, so the loop waits whatever is left on it: `hold` is
 * a referenced handle that never fires.
 */
void context_run_until(context *ctx, lua_State *L, const bool *done)
{
    ctx->runner = L;
    while (run_deferred(ctx), !*done)
        neap_loop_turn(ctx->loop, true);
    ctx->runner = NULL;
}

/* --- time ----------------------------------------------------------------- */

uint64_t context_clock(void)
{
    return uv_hrtime();
}

static void on_timer(uv_timer_t *timer);

/* Milliseconds until `at`, rounded up, unless that is as good as now. */
static uint64_t time_left(uint64_t at)
{
    uint64_t now = uv_hrtime();

    return at > now + MICROSECOND ? (at - now + MILLISECOND - 1) / MILLISECOND
                                  : 0;
}

/* Aim the one timer at the earliest alert. */
static void aim(context *ctx)
{
    if (ctx->alerts.root == NULL) {
        uv_timer_stop(&ctx->timer);
        return;
    }
    uv_update_time(&ctx->uv);
    uv_timer_start(&ctx->timer, on_timer, time_left(ctx->alerts.root->at), 0);
}

static void on_timer(uv_timer_t *timer)
{
    context *ctx = timer->data;

    alerts_ring(&ctx->alerts, uv_hrtime());
    aim(ctx);
}

void context_set_alert(context *ctx, alert *a, uint64_t at)
{
    alerts_remove(&ctx->alerts, a);
    a->at = at;
    alerts_add(&ctx->alerts, a);
    if (ctx->alerts.root == a)
        aim(ctx);
}

void context_stop_alert(context *ctx, alert *a)
{
    bool earliest = ctx->alerts.root == a;

    alerts_remove(&ctx->alerts, a);
    if (earliest)
        aim(ctx);
}

/* --- anchors -------------------------------------------------------------- */

/* luaL_ref allocates only where no slot is free; so keep one free. */
void context_reserve_anchor(lua_State *L)
{
    context *ctx = context_get(L);

    if (ctx->anchored < ctx->anchors)
        return;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors);
    lua_pushboolean(L, true);
    luaL_unref(L, -1, luaL_ref(L, -2)); /* which pops the value */
    lua_pop(L, 1);
    ctx->anchors++;
}

int context_anchor(lua_State *L, int index)
{
    int anchor;

    index = lua_absindex(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors);
    lua_pushvalue(L, index);
    anchor = luaL_ref(L, -2);
    lua_pop(L, 1);
    context_get(L)->anchored++;
    return anchor;
}

void context_push(lua_State *L, int anchor)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors);
    lua_rawgeti(L, -1, anchor);
    lua_remove(L, -2);
}

void context_release(context *ctx, int anchor)
{
    lua_State *L = ctx->scratch;

    lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors);
    luaL_unref(L, -1, anchor);
    lua_pop(L, 1);
    ctx->anchored--;
}

/* --- open and close ------------------------------------------------------- */

static int context_gc(lua_State *L)
{
    context *ctx = lua_touserdata(L, 1);

    if (!ctx->open) {
        neap_loop_settle(ctx->loop);
        return 0;
    }
    ctx->open = false;
    call_close_all(ctx);
    uv_close((uv_handle_t *)&ctx->hold, NULL);
    uv_close((uv_handle_t *)&ctx->busy, NULL);
    uv_close((uv_handle_t *)&ctx->timer, NULL);
    while (neap_loop_turn(ctx->loop, true))
        ;
    neap_loop_close(ctx->loop);
    uv_run(&ctx->uv, UV_RUN_DEFAULT);
    uv_loop_close(&ctx->uv);
    return 0;
}

static void start_loop(lua_State *L, context *ctx)
{
    if (uv_loop_init(&ctx->uv) != 0)
        luaL_error(L, "cannot create an event loop");
    uv_async_init(&ctx->uv, &ctx->hold, NULL);
    uv_idle_init(&ctx->uv, &ctx->busy);
    uv_timer_init(&ctx->uv, &ctx->timer);
    ctx->timer.data = ctx;
    ctx->loop = neap_loop_open(&ctx->uv, NEAP_LOOP_DRIVEN);
    ctx->open = true;
}

void context_open(lua_State *L)
{
    context *ctx;

    if (context_get(L) != NULL)
        return;
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &anchors);
    ctx = lua_newuserdatauv(L, sizeof *ctx, 1);
    *ctx = (context){ .idle = true };
    ctx->last = &ctx->first;
    ctx->failed_last = &ctx->failed;
    ctx->scratch = lua_newthread(L);
    lua_setiuservalue(L, -2, 1);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, context_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    start_loop(L, ctx);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}

context *context_get(lua_State *L)
{
    context *ctx;

    lua_rawgetp(L, LUA_REGISTRYINDEX, &key);
    ctx = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return ctx;
}

neap_loop *context_loop(lua_State *L)
{
    context *ctx = context_get(L);

    if (!ctx->open)
        luaL_error(L, "the Lua state is closing");
    return ctx->loop;
}
