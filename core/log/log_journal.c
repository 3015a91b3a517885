#include "log_journal.h"

#include <stdbool.h>

static log_segment *segment(const log_state *state, uint64_t n)
{
    return (log_segment *)&state->segment[n % LOG_SEGMENTS];
}

static uint64_t end_of(const log_state *state, uint64_t n)
{
    return n + 1 < state->last ? segment(state, n + 1)->at : state->head;
}

/*
 * What the journal knows of a stream. Its last segment says so, which counts as
 * soon as the head has moved; `seen` is for when the segment is gone.
 */
static uint64_t known(const log_state *state, unsigned stream)
{
    for (uint64_t n = state->last; n-- > state->first;)
        if (segment(state, n)->stream == stream)
            return end_of(state, n) + segment(state, n)->shift;
    return state->seen[stream];
}

static bool continues(const log_state *state, unsigned stream)
{
    return state->last > state->first &&
           segment(state, state->last - 1)->stream == stream;
}

static void drop_first(log_state *state)
{
    uint64_t end = end_of(state, state->first);

    if (state->tail < end)
        state->tail = end;
    state->first++;
}

/* Each store leaves the journal whole: the process may be killed behind any. */
void log_journal_add(log_state *state, unsigned stream, uint64_t size)
{
    uint64_t before = known(state, stream);

    state->seen[stream] = before; /* a kill may have come before it was noted */
    if (size <= before)
        return;
    if (!continues(state, stream)) {
        if (state->last - state->first == LOG_SEGMENTS)
            drop_first(state);
        *segment(state, state->last) = (log_segment){
            .at = state->head, .shift = before - state->head, .stream = stream
        };
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        state->last++;
    }
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    state->head += size - before;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    state->seen[stream] = size;
}

void log_journal_trim(log_state *state, uint64_t most)
{
    if (state->head - state->tail > most)
        state->tail = state->head - most;
    while (state->first < state->last &&
           end_of(state, state->first) <= state->tail)
        drop_first(state);
}

uint64_t
log_journal_oldest(const log_state *state, unsigned stream, uint64_t size)
{
    for (uint64_t n = state->first; n < state->last; n++) {
        const log_segment *s = segment(state, n);

        if (s->stream == stream)
            return (s->at > state->tail ? s->at : state->tail) + s->shift;
    }
    return size;
}

size_t log_journal_find(const log_state *state,
                        uint64_t at,
                        size_t most,
                        unsigned *stream,
                        uint64_t *position)
{
    for (uint64_t n = state->last; n-- > state->first;) {
        const log_segment *s = segment(state, n);
        uint64_t left;

        if (s->at > at)
            continue;
        left = end_of(state, n) - at;
        *stream = s->stream;
        *position = at + s->shift;
        return left < most ? (size_t)left : most;
    }
    return 0;
}
