#include "reply.h"

#include <assert.h>
#include <stdio.h>

static void keep(reply *r, const neap_error *err)
{
    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
    snprintf(r->message, sizeof r->message, "%s",
             err != NULL ? err->message : "");
}

void reply_container(void *arg, const neap_error *err, neap_container *c)
{
    keep(arg, err);
    ((reply *)arg)->container = c;
}

void reply_process(void *arg, const neap_error *err, neap_process *p)
{
    keep(arg, err);
    ((reply *)arg)->process = p;
}

void reply_exit(void *arg, const neap_error *err, const neap_exit *exit)
{
    keep(arg, err);
    assert((exit == NULL) == (err != NULL));
    if (exit != NULL)
        ((reply *)arg)->exit = *exit;
}

void reply_status(void *arg, const neap_error *err, neap_status status)
{
    keep(arg, err);
    ((reply *)arg)->status = status;
}

void reply_done(void *arg, const neap_error *err)
{
    keep(arg, err);
}

void reply_value(void *arg, const neap_error *err, neap_value *value)
{
    keep(arg, err);
    neap_value_free(value);
}

void reply_found(void *arg,
                 const neap_error *err,
                 neap_found *found,
                 size_t count)
{
    keep(arg, err);
    ((reply *)arg)->found = found;
    ((reply *)arg)->found_count = count;
}

void reply_wait(neap_process *p, reply *r)
{
    *r = (reply){ 0 };
    neap_process_wait(p, reply_exit, r);
}

void reply_await(world *w, const reply *r)
{
    while (r->count == 0)
        world_turn(w);
    assert(r->count == 1);
}
