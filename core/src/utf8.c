#include "utf8.h"

/* The length of the sequence that begins at `at`, 0 where it is none. */
static size_t sequence(const unsigned char *at, size_t left)
{
    /* The second byte's range depends on the first: it keeps out overlong
     * forms, surrogates and what is above U+10FFFF. */
    unsigned char low = 0x80, high = 0xBF;
    size_t length;

    if (at[0] < 0x80)
        return 1;
    if (at[0] >= 0xC2 && at[0] <= 0xDF)
        length = 2;
    else if (at[0] >= 0xE0 && at[0] <= 0xEF)
        length = 3;
    else if (at[0] >= 0xF0 && at[0] <= 0xF4)
        length = 4;
    else
        return 0;
    if (length > left)
        return 0;

    if (at[0] == 0xE0)
        low = 0xA0;
    else if (at[0] == 0xED)
        high = 0x9F;
    else if (at[0] == 0xF0)
        low = 0x90;
    else if (at[0] == 0xF4)
        high = 0x8F;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

size_t utf8_valid_length(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t step = sequence((const unsigned char *)text + at, length - at);

        if (step == 0)
            break;
        at += step;
    }
    return at;
}
