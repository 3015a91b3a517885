#include "neap/error.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"

static void has_a_name_for_every_code(void)
{
#define X(name, value, text)                                                   \
    assert(NEAP_##name == value);                                              \
    assert(strcmp(neap_code_name(NEAP_##name), text) == 0);
    NEAP_CODES(X)
#undef X
    assert(strcmp(neap_code_name(NEAP_OK), "ok") == 0);
    assert(strcmp(neap_code_name((neap_code)99), "unknown") == 0);
}

static void maps_errno_to_codes(void)
{
    static const struct {
        int sys;
        neap_code code;
    } cases[] = {
        { ENOENT, NEAP_NOT_FOUND },
        { EEXIST, NEAP_ALREADY_EXISTS },
        { EACCES, NEAP_PERMISSION_DENIED },
        { EPERM, NEAP_PERMISSION_DENIED },
        { ENOSPC, NEAP_RESOURCE_EXHAUSTED },
        { EDQUOT, NEAP_RESOURCE_EXHAUSTED },
        { EMFILE, NEAP_RESOURCE_EXHAUSTED },
        { ENFILE, NEAP_RESOURCE_EXHAUSTED },
        { ECONNREFUSED, NEAP_UNAVAILABLE },
        { EPIPE, NEAP_FAILED_PRECONDITION },
        { EIO, NEAP_UNKNOWN },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert(neap_code_of_errno(cases[i].sys) == cases[i].code);
}

static void names_errno(void)
{
    assert(strcmp(neap_errno_name(ENOSPC), "ENOSPC") == 0);
    assert(strcmp(neap_errno_name(123456), "EUNKNOWN") == 0);
}

static void keeps_a_message_whole(void)
{
    neap_error err = { 0 };
    char text[4096];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    neap_error_set(&err, NEAP_UNKNOWN, "task.start", "runc: %s\n", text);
    assert(strlen(err.message) == strlen("runc: ") + sizeof text - 1);
    assert(strcmp(err.op, "task.start") == 0);
    neap_error_clear(&err);
}

static void sets_anew_from_its_own_message(void)
{
    neap_error err = { 0 };

    neap_error_set(&err, NEAP_UNKNOWN, "a", "cause");
    err.pending = true;
    neap_error_set(&err, NEAP_ABORTED, "b", "outer: %s", err.message);
    assert(strcmp(err.message, "outer: cause") == 0);
    assert(err.code == NEAP_ABORTED && !err.pending && err.sys == 0);
    neap_error_clear(&err);
}

static void says_what_the_system_said(void)
{
    neap_error err = { 0 };

    neap_error_set_errno(&err, "fifo.open", ENOENT, "open %s", "/run/x");
    assert(err.code == NEAP_NOT_FOUND && err.sys == ENOENT);
    assert(strcmp(err.message, "open /run/x: No such file or directory") == 0);
    neap_error_clear(&err);
}

static void copies_what_it_owns(void)
{
    neap_error from = { 0 }, to = { 0 };

    neap_error_set(&from, NEAP_NOT_FOUND, "container.load", "no such thing");
    from.id = strdup("web");
    neap_error_copy(&to, &from);
    neap_error_copy(&to, &to);
    neap_error_clear(&from);
    assert(strcmp(to.message, "no such thing") == 0);
    assert(strcmp(to.id, "web") == 0);
    neap_error_copy(&to, &from);
    assert(to.code == NEAP_OK && to.message == NULL && to.id == NULL);
}

static void is_cleared_twice(void)
{
    neap_error err = { 0 };

    neap_error_clear(&err);
    neap_error_set(&err, NEAP_UNKNOWN, "x", "y");
    neap_error_clear(&err);
    neap_error_clear(&err);
    assert(err.code == NEAP_OK && err.message == NULL);
}

#define EXEC_FAILED                                                            \
    "OCI runtime exec failed: exec failed: unable to start container "         \
    "process: "

/* Where it takes a race to hear them; spec/live/errors_spec.lua has the rest.
 */
static void knows_texts_of_races(void)
{
    static const char *const texts[] = {
        "cannot start a deleted process",
        "OCI runtime start failed: cannot start a container that has stopped",
        "OCI runtime exec failed: exec failed: unable to start container "
        "process: lstat /proc/4711/ns/ipc: no such file or directory",
        EXEC_FAILED "error executing setns process: exit status 1",
        EXEC_FAILED "error writing config to pipe: write init-p: broken pipe",
        EXEC_FAILED "read init-p: connection reset by peer",
    };
    char message[160];

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(message, sizeof message, "%s: unknown", texts[i]);
        assert(classify(NEAP_UNKNOWN, message) == NEAP_FAILED_PRECONDITION);
        assert(strcmp(message, texts[i]) == 0);
        assert(classify(NEAP_INTERNAL, message) == NEAP_INTERNAL);
    }
    snprintf(message, sizeof message, "exec: \"/proc/1\": permission denied");
    assert(classify(NEAP_UNKNOWN, message) == NEAP_UNKNOWN);
    snprintf(message, sizeof message, EXEC_FAILED "error closing exec fds");
    assert(classify(NEAP_UNKNOWN, message) == NEAP_UNKNOWN);
}

static void knows_a_shim_that_ends(void)
{
    char message[160] = "failed to start shim: start failed: dial unix "
                        "/run/containerd/s/ab: connect: connection refused: "
                        "unknown";

    assert(!classify_met_no_shim(message));
    assert(classify(NEAP_UNKNOWN, message) == NEAP_UNAVAILABLE);
    assert(classify_met_no_shim(message));
    strcpy(message, "failed to start shim: start failed: dial unix: timeout");
    assert(classify(NEAP_UNKNOWN, message) == NEAP_UNAVAILABLE);
    assert(!classify_met_no_shim(message));
    assert(!classify_met_no_shim("connect: connection refused"));
}

#define RUN(test) (test(), puts("ok - " #test))

int main(void)
{
    RUN(has_a_name_for_every_code);
    RUN(maps_errno_to_codes);
    RUN(names_errno);
    RUN(keeps_a_message_whole);
    RUN(sets_anew_from_its_own_message);
    RUN(says_what_the_system_said);
    RUN(copies_what_it_owns);
    RUN(is_cleared_twice);
    RUN(knows_texts_of_races);
    RUN(knows_a_shim_that_ends);
    return 0;
}
