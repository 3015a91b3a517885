#include "near.h"

#include <stddef.h>
#include <string.h>

#define LONGEST 80 /* longer words are not guessed */

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Letters to change, add or leave out to get from one word to the other. */
static unsigned distance(const char *from, const char *to)
{
    unsigned row[LONGEST + 1];
    size_t width = strlen(to);

    for (size_t i = 0; i <= width; i++)
        row[i] = (unsigned)i;
    for (size_t y = 1; from[y - 1] != '\0'; y++) {
        unsigned diagonal = row[0];

        row[0] = (unsigned)y;
        for (size_t x = 1; x <= width; x++) {
            unsigned change = diagonal + (from[y - 1] != to[x - 1]);

            diagonal = row[x];
            row[x] = least(row[x] + 1, row[x - 1] + 1, change);
        }
    }
    return row[width];
}

void near_offer(near *guess, const char *candidate)
{
    size_t length = strlen(guess->word);
    unsigned found;

    if (length > LONGEST || strlen(candidate) > LONGEST)
        return;
    found = distance(guess->word, candidate);
    if (found > 1 + length / 4) /* too far to be a slip */
        return;
    if (guess->best == NULL || found < guess->distance) {
        guess->best = candidate;
        guess->distance = found;
    }
}
