#include "outcome.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void outcome_bytes(void *arg,
                   const neap_error *err,
                   const uint8_t *data,
                   size_t size)
{
    outcome *o = arg;

    o->count++;
    o->code = err != NULL ? err->code : NEAP_OK;
    o->size = size;
    if (err != NULL)
        snprintf(o->text, sizeof o->text, "%s", err->message);
    else
        snprintf(o->text, sizeof o->text, "%.*s", (int)size,
                 data != NULL ? (const char *)data : "(end)");
    if (data == NULL && err == NULL)
        strcpy(o->text, "(end)");
    snprintf(o->id, sizeof o->id, "%s",
             err != NULL && err->id != NULL ? err->id : "");
}

void outcome_written(void *arg, const neap_error *err)
{
    outcome_bytes(arg, err, (const uint8_t *)"written", 7);
}

void outcome_await(world *w, const outcome *o)
{
    while (o->count == 0)
        world_turn(w);
    assert(o->count == 1);
}

rpc *open_rpc(world *w, double timeout_s)
{
    return rpc_open(w->loop, w->socket, "a-namespace", timeout_s);
}

int outcome_run(const outcome_test *tests, size_t count)
{
    static const char *const modes[] = { "driven", "hosted" };
    world w;

    for (int mode = 0; mode < 2; mode++)
        for (size_t i = 0; i < count; i++) {
            world_open(&w, mode == 0 ? NEAP_LOOP_DRIVEN : NEAP_LOOP_HOSTED);
            tests[i].run(&w);
            world_close(&w);
            printf("ok - %s, %s\n", tests[i].name, modes[mode]);
            fflush(stdout);
        }
    return 0;
}
