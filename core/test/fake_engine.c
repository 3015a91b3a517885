#include "fake_engine.h"

#include <assert.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void report_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;

    assert(dir != NULL);
    while ((entry = readdir(dir)) != NULL)
        if (atoi(entry->d_name) > 2 && atoi(entry->d_name) != dirfd(dir))
            printf("descriptor %s is open\n", entry->d_name);
    closedir(dir);
}

/* What an engine is promised; each line is a promise broken. */
static void report(char **env)
{
    struct sigaction action;
    struct rlimit files;
    sigset_t mask;
    char cwd[64];

    report_descriptors();
    sigprocmask(SIG_SETMASK, NULL, &mask);
    sigaction(SIGPIPE, NULL, &action);
    getrlimit(RLIMIT_NOFILE, &files);
    if (getsid(0) == getpid())
        printf("leads a session\n");
    if (sigismember(&mask, SIGUSR1) || action.sa_handler != SIG_DFL)
        printf("signals are not reset\n");
    if (umask(022) != 022)
        printf("umask\n");
    if (getcwd(cwd, sizeof cwd) == NULL || strcmp(cwd, "/") != 0)
        printf("directory\n");
    if (files.rlim_cur != files.rlim_max)
        printf("RLIMIT_NOFILE is not at its limit\n");
    if (strcmp(env[0], "MARK=1") != 0 || env[1] != NULL)
        printf("environment\n");
    printf("pid %d, session %d, started\n", (int)getpid(), (int)getsid(0));
    fflush(stdout);
}

/* Until another has said in the log beside `path` that it has started. */
static void await_another(const char *path)
{
    char log[128];
    struct stat st;

    snprintf(log, sizeof log, "%.*slog", (int)(strrchr(path, '/') + 1 - path),
             path);
    while (stat(log, &st) != 0 || st.st_size == 0)
        usleep(1000);
}

static void listen_on(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(address.sun_path, path);
    assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    assert(listen(fd, 8) == 0);
}

int fake_engine(const char *mode, const char *path, char **env)
{
    alarm(120); /* it does not outlive a test that fails */
    if (strcmp(mode, "--die") == 0) {
        fprintf(stderr, "first line\nlast words\n");
        return 3;
    }
    if (strcmp(mode, "--stubborn") == 0)
        signal(SIGTERM, SIG_IGN);
    if (strcmp(mode, "--late") == 0)
        await_another(path);
    else
        report(env);
    if (strcmp(mode, "--deaf") != 0)
        listen_on(path);
    for (;;)
        pause();
}
