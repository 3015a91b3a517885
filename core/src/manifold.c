#include "manifold.h"

#include <stdlib.h>
#include <unistd.h>

#include "fifo.h"
#include "loop.h"
#include "memory.h"
#include "outlet.h"
#include "stream_private.h"
#include "watch.h"

/*
 * The first bytes go on at once. When much has come, more is coming: then the
 * FIFO is left to fill for a moment, so that bulk output costs few reads. The
 * moment is as long as a fast writer needs to fill it.
 */
#define BULK (16 << 10)
#define FULL OUTLET_ALL
#define LOTS (256 << 10)

struct manifold {
    int refs;
    neap_loop *loop;
    int fd;      /* -1: it has ended */
    watch *fifo; /* NULL: it was never watched */
    timer *pause;
    bool pausing;  /* left to fill, for that moment */
    bool left;     /* until manifold_hurry */
    bool is_bulk;  /* much has come just now */
    bool is_large; /* it holds more than usual */
    neap_stream *outlets;
    neap_stream *cursor; /* of a walk over them: the next */
};

/* --- outlets -------------------------------------------------------------- */

void manifold_attach(manifold *m, neap_stream *outlet)
{
    neap_stream **at = &m->outlets;

    while (*at != NULL)
        at = &(*at)->next;
    *at = outlet;
    outlet->next = NULL;
    outlet->manifold = manifold_ref(m);
    outlet->is_attached = true;
}

void manifold_detach(manifold *m, neap_stream *outlet)
{
    neap_stream **at = &m->outlets;

    if (!outlet->is_attached)
        return;
    while (*at != outlet)
        at = &(*at)->next;
    *at = outlet->next;
    if (m->cursor == outlet)
        m->cursor = outlet->next;
    outlet->is_attached = false;
}

bool manifold_is_sole(const manifold *m)
{
    return m->outlets != NULL && m->outlets->next == NULL;
}

bool manifold_has_ended(const manifold *m)
{
    return m->fd < 0;
}

/* What each of them can take. */
static size_t room(const manifold *m)
{
    size_t least = FULL;

    for (const neap_stream *s = m->outlets; s != NULL; s = s->next) {
        size_t its = outlet_room(s);

        if (its < least)
            least = its;
    }
    return least;
}

/* Give all of them `data`, in memory of its own; the last may keep it. */
static void hand_out(manifold *m, char *data, size_t size)
{
    m->cursor = m->outlets;
    while (m->cursor != NULL) {
        neap_stream *s = m->cursor;

        m->cursor = s->next;
        if (m->cursor == NULL && outlet_keep(s, data, size))
            return;
        outlet_take(s, data, size);
    }
    free(data);
}

/* --- ending --------------------------------------------------------------- */

static void release(manifold *m)
{
    watch_close(&m->fifo);
    timer_close(&m->pause);
    if (m->fd >= 0)
        close(m->fd);
    m->fd = -1;
}

/* Let the first outlet go, which gets no more; NULL: there is none left. */
static neap_stream *pop(manifold *m)
{
    neap_stream *s = m->outlets;

    if (s != NULL)
        manifold_detach(m, s);
    return s;
}

static void end(manifold *m)
{
    neap_stream *s;

    release(m);
    while ((s = pop(m)) != NULL)
        outlet_end(s);
}

void manifold_shut(manifold *m, neap_code code)
{
    neap_stream *s;

    release(m);
    while ((s = pop(m)) != NULL)
        outlet_shut(s, code);
}

/* --- reading -------------------------------------------------------------- */

/* Not before: most processes say little, and one that nobody reads is to stop
 * as early as in a shell. */
static void enlarge(manifold *m)
{
    if (!m->is_large)
        fifo_enlarge(m->fd);
    m->is_large = true;
}

static void on_fifo(void *arg, int events);

/* Most output is left until the exit, and never watched. */
static void start_watching(manifold *m)
{
    if (m->fifo == NULL)
        m->fifo = watch_open(m->loop, m->fd, on_fifo, m);
    watch_start(m->fifo, UV_READABLE);
}

static void stop_watching(manifold *m)
{
    if (m->fifo != NULL)
        watch_stop(m->fifo);
}

void manifold_go_on(manifold *m)
{
    if (m->fd < 0)
        return;
    if (m->pausing || m->left) {
        stop_watching(m);
    } else if (room(m) > 0) {
        start_watching(m);
    } /* else its reader mostly comes back before */
}

static void on_pause_over(void *arg)
{
    manifold *m = arg;

    m->pausing = false;
    manifold_go_on(m);
}

static void pause_a_moment(manifold *m, double seconds)
{
    m->pausing = true;
    if (m->pause == NULL)
        m->pause = timer_open(m->loop, seconds, on_pause_over, m);
    else
        timer_again(m->pause, seconds);
}

/* A file that wants it in large pieces takes all of one: none of it is held. */
static ssize_t read_in_place(manifold *m, size_t *most)
{
    size_t fit = m->outlets != NULL ? outlet_fit(m->outlets, m->fd) : 0;
    char *chunk = fit > 0 ? loop_pages(m->loop) : loop_scratch(m->loop);
    ssize_t n;

    if (*most > LOOP_SCRATCH)
        *most = LOOP_SCRATCH;
    n = read(m->fd, chunk, fit > 0 ? fit : *most);
    if (fit > 0)
        *most = FULL; /* what is left in the FIFO is the next one's */

    if (n > 0 && m->outlets != NULL)
        outlet_take(m->outlets, chunk, (size_t)n);
    return n;
}

/* As much as there is, for that is what somebody may keep. */
static ssize_t read_to_keep(manifold *m, size_t most)
{
    size_t there = fifo_size(m->fd);
    char *data;
    ssize_t n;

    if (there < 1)
        there = 1; /* the end, or so it seems */
    if (there < most)
        most = there;
    data = xmalloc(most);
    n = read(m->fd, data, most);
    if (n > 0)
        hand_out(m, data, (size_t)n);
    else
        free(data);
    return n;
}

/* At most `most` bytes; that is less afterwards where no more was asked for. */
static ssize_t read_some(manifold *m, size_t *most)
{
    neap_stream *sole = manifold_is_sole(m) ? m->outlets : NULL;
    bool is_simple = m->outlets == NULL || (sole && outlet_copies(sole));

    if (sole != NULL && outlet_splices(sole)) {
        ssize_t n = outlet_splice(sole, m->fd, *most = FULL);

        if (n >= 0 || outlet_splices(sole))
            return n;
    } /* else it must be read after all */
    return is_simple ? read_in_place(m, most) : read_to_keep(m, *most);
}

/*
 * Read what is there, as far as it can be taken; how much that was. The end
 * mostly stands behind the last bytes: to wait for it would be one turn more.
 */
static size_t read_all(manifold *m)
{
    size_t size = 0, most;

    while (m->fd >= 0 && size < FULL && (most = room(m)) > 0) {
        ssize_t n = read_some(m, &most);

        if (n < 0)
            break;
        if (n == 0)
            end(m);
        size += (size_t)n;
        if (n >= BULK && (size_t)n < most)
            break; /* all that there was, and more to come */
    }
    return size;
}

/* To write to a file takes long: meanwhile the FIFO may have filled. */
static void pause_for(manifold *m, size_t size)
{
    bool is_slow = manifold_is_sole(m) && outlet_is_file(m->outlets);

    if (size < LOTS)
        pause_a_moment(m, is_slow ? 0.001 : 0.002);
    else if (!is_slow || fifo_size(m->fd) < FULL / 2)
        pause_a_moment(m, 0.001);
}

static void on_fifo(void *arg, int events)
{
    manifold *m = arg;
    size_t size;

    (void)events;
    manifold_ref(m);
    size = read_all(m);
    if (m->fd >= 0) {
        if (size >= BULK)
            enlarge(m);
        if (size >= BULK || m->is_bulk)
            pause_for(m, size);
        else if (room(m) == 0)
            stop_watching(m);
        m->is_bulk = size >= BULK;
        manifold_go_on(m);
    }
    manifold_unref(m);
}

void manifold_leave(manifold *m)
{
    m->left = true;
    manifold_go_on(m);
}

void manifold_hurry(manifold *m)
{
    if (!m->left)
        return;
    m->left = false;
    if (m->fd >= 0)
        on_fifo(m, UV_READABLE);
}

/* --- life ----------------------------------------------------------------- */

manifold *manifold_new(neap_loop *loop, int fd)
{
    manifold *m = xcalloc(1, sizeof *m);

    m->refs = 1;
    m->loop = loop;
    m->fd = fd;
    return m;
}

manifold *manifold_ref(manifold *m)
{
    m->refs++;
    return m;
}

void manifold_unref(manifold *m)
{
    if (m == NULL || --m->refs > 0)
        return;
    release(m);
    free(m);
}
