#include "alert.h"

#include <stddef.h>

/* Make the later of two heaps the first child of the other. */
static alert *meld(alert *a, alert *b)
{
    if (a == NULL || b == NULL)
        return a != NULL ? a : b;
    if (b->at < a->at) {
        alert *later = a;

        a = b;
        b = later;
    }
    b->next = a->child;
    if (b->next != NULL)
        b->next->link = &b->next;
    a->child = b;
    b->link = &a->child;
    return a;
}

/* Meld siblings by pairs, then the pairs into one: logarithmic over time. */
static alert *meld_siblings(alert *first)
{
    alert *pairs = NULL, *root = NULL;

    while (first != NULL) {
        alert *a = first, *b = a->next;

        first = b != NULL ? b->next : NULL;
        a->next = NULL;
        if (b != NULL)
            b->next = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs != NULL) {
        alert *next = pairs->next;

        pairs->next = NULL;
        root = meld(root, pairs);
        pairs = next;
    }
    return root;
}

static void set_root(alerts *all, alert *root)
{
    all->root = root;
    if (root != NULL) {
        root->next = NULL;
        root->link = &all->root;
    }
}

void alerts_add(alerts *all, alert *a)
{
    a->child = a->next = NULL;
    set_root(all, meld(all->root, a));
}

void alerts_remove(alerts *all, alert *a)
{
    alert *below;

    if (a->link == NULL)
        return;
    *a->link = a->next;
    if (a->next != NULL)
        a->next->link = a->link;
    below = meld_siblings(a->child);
    a->child = a->next = NULL;
    a->link = NULL;
    set_root(all, meld(all->root, below));
}

void alerts_ring(alerts *all, uint64_t now)
{
    alert *due;

    while ((due = all->root) != NULL && due->at <= now) {
        alerts_remove(all, due);
        due->ring(due);
    }
}
