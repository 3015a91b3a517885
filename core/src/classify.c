#include "classify.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define EXEC "exec failed: unable to start container process: "

/* Texts of containerd 1.6 and its runc shim, as they were heard. */
static const struct {
    const char *text;
    neap_code code;
} texts[] = {
    { "process already finished", NEAP_NOT_FOUND },
    { "no such process", NEAP_NOT_FOUND },
    { "container does not exist", NEAP_NOT_FOUND },
    { "cannot delete a running process", NEAP_FAILED_PRECONDITION },
    { "cannot delete a paused process", NEAP_FAILED_PRECONDITION },
    { "cannot start a running process", NEAP_FAILED_PRECONDITION },
    { "cannot start a stopped process", NEAP_FAILED_PRECONDITION },
    { "cannot start a paused process", NEAP_FAILED_PRECONDITION },
    { "cannot start a deleted process", NEAP_FAILED_PRECONDITION },
    { "cannot start a container that has stopped", NEAP_FAILED_PRECONDITION },
    { "cannot exec in a stopped container", NEAP_FAILED_PRECONDITION },
    { "cannot exec in a stopped state", NEAP_FAILED_PRECONDITION },
    { "cannot exec in a paused state", NEAP_FAILED_PRECONDITION },
    { "cannot exec in a paused container", NEAP_FAILED_PRECONDITION },
    { "cannot exec in a deleted state", NEAP_FAILED_PRECONDITION },
    { "cannot pause a stopped container", NEAP_FAILED_PRECONDITION },
    { "cannot pause a paused container", NEAP_FAILED_PRECONDITION },
    { "cannot resume a running process", NEAP_FAILED_PRECONDITION },
    { "cannot resume a stopped container", NEAP_FAILED_PRECONDITION },
    { "cannot pause task in created state", NEAP_FAILED_PRECONDITION },
    { "cannot resume task in created state", NEAP_FAILED_PRECONDITION },
    { "cannot update a stopped container", NEAP_FAILED_PRECONDITION },
    { "cannot checkpoint a stopped container", NEAP_FAILED_PRECONDITION },
    { "cannot checkpoint a task in created state", NEAP_FAILED_PRECONDITION },
    { "container not running", NEAP_FAILED_PRECONDITION },
    { "lstat /proc/", NEAP_FAILED_PRECONDITION }, /* exec: its init ended */
    /* The same, or no pid is left to it: runc says no more. */
    { EXEC "error executing setns process", NEAP_FAILED_PRECONDITION },
    { EXEC "error writing config to pipe", NEAP_FAILED_PRECONDITION },
    { EXEC "read init-p: connection reset", NEAP_FAILED_PRECONDITION },
    { "can't resize a stopped container", NEAP_FAILED_PRECONDITION },
    { "cannot resize a stopped container", NEAP_FAILED_PRECONDITION },
    { "received message larger than max", NEAP_RESOURCE_EXHAUSTED },
    { "no space left on device", NEAP_RESOURCE_EXHAUSTED },
    { "ttrpc: closed", NEAP_UNAVAILABLE }, /* its shim died */
    { "failed to start shim: start failed: dial", NEAP_UNAVAILABLE },
};

/* ": unknown", ": not found": containerd says the class once more. */
static void cut_class(char *message)
{
    static const char *const classes[] = {
        ": unknown",         ": not found",
        ": already exists",  ": failed precondition",
        ": unavailable",     ": invalid argument",
        ": not implemented",
    };
    size_t length = strlen(message);

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        size_t tail = strlen(classes[i]);

        if (length > tail && strcmp(message + length - tail, classes[i]) == 0) {
            message[length - tail] = '\0';
            return;
        }
    }
}

neap_code classify(neap_code code, char *message)
{
    cut_class(message);
    if (code != NEAP_UNKNOWN)
        return code;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strstr(message, texts[i].text) != NULL)
            return texts[i].code;
    return code;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
}

bool classify_met_no_shim(const char *message)
{
    return strstr(message, "failed to start shim: start failed: dial") !=
               NULL &&
           ends_with(message, "connection refused");
}
