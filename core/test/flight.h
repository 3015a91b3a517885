#ifndef FLIGHT_H
#define FLIGHT_H

#include "outcome.h"

#define ASK "/test.Service/Ask"

/* A call in flight, while something else is looked at. */

void flight_ask(rpc *r, double timeout_s, outcome *o);

/* A channel with a call in flight that is not answered before its landing. */
rpc *flight_begin(world *w, outcome *o);
void flight_land(world *w, rpc *r, outcome *o);

#endif
