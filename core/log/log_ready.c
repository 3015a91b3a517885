#include "log_ready.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "neap/error.h"

void log_ready_let_go(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
    if (null > 2)
        close(null);
}

void log_ready_ok(int fd)
{
    if (fd >= 0)
        (void)!write(fd, "ok\n", 3);
    if (fd > 2)
        close(fd);
    log_ready_let_go();
}

void log_ready_fail(int fd, int sys, const char *text)
{
    dprintf(fd >= 0 ? fd : STDERR_FILENO, "%s %s\n", neap_errno_name(sys),
            text);
    if (fd >= 0)
        close(fd);
}
