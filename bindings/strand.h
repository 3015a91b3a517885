#ifndef NEAP_BINDINGS_STRAND_H
#define NEAP_BINDINGS_STRAND_H

#include <lua.h>
#include <stdbool.h>

/*
 * A thread of Lua whose function runs under lua_pcallk, so that what it leaves
 * open with `<close>` is closed inside it, where that may wait. A fiber is one;
 * each generator of neap.wrap that runs in it lies as another one on top.
 */
typedef struct strand {
    lua_State *L;
    struct strand *under; /* the one that resumed this; NULL: the fiber's */
} strand;

/*
 * Run the function and `nargs` arguments that are all that is on the stack of
 * `s`, from `from`, and count the results: true and what the function returned,
 * or false and what it raised. As lua_resume.
 */
int strand_begin(strand *s, lua_State *from, int nargs, int *results);

/*
 * Does code of `L` run, or wait, inside a __close handler? Seen on the stack:
 * either Lua calls the function as the metamethod, or a protected call that an
 * error has reached calls it over the remains of what it had called.
 */
bool strand_closes(lua_State *L);

/* Remember Lua's own pcall and xpcall, to know them on the stack. */
void strand_open(lua_State *L);

#endif
