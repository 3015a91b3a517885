#include "process.h"

#include "events.h"

/*
 * Pauses and resumptions are told twice where they are our own: by the reply
 * and by an event, and either may be quicker. The stream alone has all of them,
 * in their order. So where the event came first, the reply is no news; where
 * the reply did, what is heard up to that event is older than what it said.
 */

static void forget_after_gap(neap_process *p)
{
    if (events_are_whole_since(p->client, p->echoes_since))
        return;
    p->echoes[false] = p->echoes[true] = 0; /* they may never come */
}

void process_heard_pause(neap_process *p, bool paused)
{
    bool is_echo;

    forget_after_gap(p);
    is_echo = p->echoes[paused] > 0;
    if (is_echo)
        p->echoes[paused]--;
    if (p->echoes[false] + p->echoes[true] > 0)
        return;
    process_becomes(p, paused ? NEAP_STATUS_PAUSED : NEAP_STATUS_RUNNING);
    if (!is_echo)
        p->heard_pause[paused] = p->changed;
}

void process_has_paused(neap_process *p, bool paused, uint64_t asked)
{
    if (p->heard_pause[paused] > asked)
        return;
    forget_after_gap(p);
    process_becomes(p, paused ? NEAP_STATUS_PAUSED : NEAP_STATUS_RUNNING);
    if (p->echoes[false] + p->echoes[true] == 0)
        p->echoes_since = p->changed;
    p->echoes[paused]++;
}
