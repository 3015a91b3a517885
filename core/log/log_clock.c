#include "log_clock.h"

#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec at;

    clock_gettime(clock, &at);
    return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

int64_t log_clock_elapsed(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t log_clock_date(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t log_clock_stamp(int64_t now, int64_t *newest)
{
    if (now > *newest)
        *newest = now;
    return *newest;
}
