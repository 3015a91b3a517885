#include "flight.h"

#include <assert.h>

void flight_ask(rpc *r, double timeout_s, outcome *o)
{
    rpc_options opt = { .op = "test.ask", .timeout_s = timeout_s };

    *o = (outcome){ 0 };
    rpc_unary_bytes(r, ASK, (const uint8_t *)"", 0, &opt, outcome_bytes, o);
}

rpc *flight_begin(world *w, outcome *o)
{
    rpc *r = rpc_open(w->loop, w->socket, "test", 0);

    server_answer(w->server, ASK, "", 0);
    server_hold(w->server, ASK);
    flight_ask(r, 0, o);
    while (server_open_calls(w->server, ASK) == 0)
        world_turn(w);
    return r;
}

void flight_land(world *w, rpc *r, outcome *o)
{
    server_release(w->server, ASK);
    outcome_await(w, o);
    assert(o->code == NEAP_OK);
    rpc_close(r, 0);
}
