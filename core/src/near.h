#ifndef NEAR_H
#define NEAR_H

/*
 * What a misspelt word was meant to be: offer it what is allowed, one by one,
 * and `best` is the closest. Start with { word, NULL, 0 }.
 */
typedef struct near {
    const char *word;
    const char
        *best; /* NULL: nothing close enough; else borrowed from offers */
    unsigned distance;
} near;

void near_offer(near *guess, const char *candidate);

#endif
