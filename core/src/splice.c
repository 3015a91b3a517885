#include "splice.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fifo.h"

splice_way splice_way_of(int fd, bool is_own)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || S_ISREG(st.st_mode))
        return SPLICE_NEVER;
    if (is_own) /* it has no end, and O_APPEND would be in the way */
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_APPEND);
    if (S_ISFIFO(st.st_mode))
        return SPLICE_PIPE;
    return S_ISCHR(st.st_mode) && !isatty(fd) ? SPLICE_DEVICE : SPLICE_NEVER;
}

ssize_t splice_some(splice_way way, int from, int to, size_t most)
{
    switch (way) {
    case SPLICE_PIPE:
        return fd_splice(from, to, most);
    case SPLICE_DEVICE:
        return splice(from, NULL, to, NULL, most,
                      SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    default:
        errno = EINVAL;
        return -1;
    }
}
