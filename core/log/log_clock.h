#ifndef LOG_CLOCK_H
#define LOG_CLOCK_H

#include <stdint.h>

/* The two clocks, in ns. */
int64_t log_clock_elapsed(void); /* never set; from a start of its own, > 0 */
int64_t log_clock_date(void);    /* since 1970; may be set, back too */

/*
 * When a line came that nothing later may be older than: now, or `*newest`
 * where the clock was set back. Moves `*newest` on.
 */
int64_t log_clock_stamp(int64_t now, int64_t *newest);

#endif
