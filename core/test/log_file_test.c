#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log_clock.h"
#include "log_file.h"
#include "memory.h"

/* The log as files, without a process around it. */

#define SECOND INT64_C(1000000000)

static char directory[] = "/tmp/neap-log-file.XXXXXX";

static void passed(const char *name)
{
    printf("ok - %s\n", name);
}

typedef struct scene {
    char path[64];
    log_options options;
    log_state *state;
    log_file file;
    log_commit commit;
} scene;

static void open_scene(scene *s, int64_t fsync_s)
{
    snprintf(s->path, sizeof s->path, "%s/log", directory);
    s->options = (log_options){
        .log = s->path, .driver = LOG_RAW, .max_file = 3, .fsync_s = fsync_s
    };
    s->state = xcalloc(1, sizeof *s->state);
    log_file_init(&s->file, &s->options);
    assert(log_file_ready(&s->file, s->state) == 0);
    s->commit = *log_state_now(s->state);
}

static void close_scene(scene *s)
{
    log_file_close(&s->file);
    unlink(s->path);
    free(s->state);
}

static void say(scene *s, const char *text)
{
    assert(log_file_write(&s->file, &s->commit, text, strlen(text)) == 0);
}

static void test_when_it_is_put_on_the_disk(void)
{
    int64_t now = log_clock_elapsed();
    scene s;

    open_scene(&s, LOG_FSYNC_NEVER);
    say(&s, "never");
    assert(log_file_sync(&s.file, now + 900 * SECOND, true) == 0);
    assert(s.file.dirty_ns >= now);
    close_scene(&s);

    open_scene(&s, LOG_FSYNC_ALWAYS);
    say(&s, "always");
    assert(s.file.dirty_ns == 0);
    close_scene(&s);

    open_scene(&s, 5);
    say(&s, "some");
    now = s.file.dirty_ns;
    say(&s, "times");
    assert(now > 0 && s.file.dirty_ns == now);
    assert(log_file_sync(&s.file, now + 4 * SECOND, false) == 0);
    assert(s.file.dirty_ns == now);
    assert(log_file_sync(&s.file, now + 5 * SECOND, false) == 0);
    assert(s.file.dirty_ns == 0);
    say(&s, "and at the end");
    assert(log_file_sync(&s.file, now, true) == 0 && s.file.dirty_ns == 0);
    close_scene(&s);
    passed("what is written is put on the disk by the policy");
}

static void test_a_disk_that_fails(void)
{
    int pipe_ends[2], fd, result;
    scene s;

    open_scene(&s, 5);
    say(&s, "what is no file has no disk");
    assert(pipe(pipe_ends) == 0);
    fd = s.file.fd;
    s.file.fd = pipe_ends[1];
    s.file.dirty_ns = 1;
    result = log_file_sync(&s.file, log_clock_elapsed(), false);
    assert(result == -EINVAL && s.file.dirty_ns > 1);
    assert(log_file_sync(&s.file, s.file.dirty_ns + SECOND, false) == 0);
    s.file.fd = fd;
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    close_scene(&s);
    passed("a disk that fails is not tried again at once");
}

static void test_moved_away(void)
{
    char moved[80];
    scene s;

    open_scene(&s, 5);
    say(&s, "old");
    snprintf(moved, sizeof moved, "%s.moved", s.path);
    assert(rename(s.path, moved) == 0);
    assert(log_file_ready(&s.file, s.state) == 0);
    assert(s.file.dirty_ns == 0);
    unlink(moved);
    close_scene(&s);
    passed("what is moved away is on the disk");
}

static void test_begun_again(void)
{
    char is[32] = "";
    log_file again;
    FILE *file;
    scene s;

    open_scene(&s, LOG_FSYNC_NEVER);
    say(&s, "kept");
    log_state_commit(s.state, &s.commit);
    say(&s, " half a li"); /* and killed: this was never committed */
    log_file_close(&s.file);

    log_file_init(&again, &s.options);
    assert(log_file_ready(&again, s.state) == 0);
    s.commit = *log_state_now(s.state);
    assert(s.commit.offset == 4);
    assert(log_file_write(&again, &s.commit, "!", 1) == 0);
    log_file_trim(&again, &s.commit);
    log_file_close(&again);
    file = fopen(s.path, "r");
    assert(fgets(is, sizeof is, file) != NULL && strcmp(is, "kept!") == 0);
    fclose(file);
    close_scene(&s);
    passed("a successor writes where the last commit ended");
}

static void test_rotation(void)
{
    struct stat st;
    scene s;
    char older[80];

    open_scene(&s, 5);
    say(&s, "old");
    log_state_commit(s.state, &s.commit);
    assert(log_file_rotate(&s.file, s.state, &s.commit) == 0);
    assert(s.commit.offset == 0);
    say(&s, "newer");
    assert(stat(s.path, &st) == 0 && st.st_size == 5);
    assert(s.commit.inode == st.st_ino && (st.st_mode & 0777) == 0600);
    snprintf(older, sizeof older, "%s.1", s.path);
    assert(stat(older, &st) == 0 && st.st_size == 3);

    /* Where nothing is kept the next file may have the last one's inode. */
    log_state_commit(s.state, &s.commit);
    s.options.max_file = 1;
    assert(log_file_rotate(&s.file, s.state, &s.commit) == 0);
    assert(s.commit.offset == 0);
    unlink(older);
    close_scene(&s);
    passed("a rotated log goes on in a new file");
}

int main(void)
{
    umask(0177);
    assert(mkdtemp(directory) != NULL);
    assert(chmod(directory, 0700) == 0);
    test_when_it_is_put_on_the_disk();
    test_a_disk_that_fails();
    test_moved_away();
    test_begun_again();
    test_rotation();
    assert(rmdir(directory) == 0);
    return 0;
}
