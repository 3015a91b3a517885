#include "log_options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char complaint[512];

static const char *wrong(const char *word, const char *value, const char *why)
{
    snprintf(complaint, sizeof complaint, "%s \"%s\": %s", word, value, why);
    return complaint;
}

/* --- values --------------------------------------------------------------- */

/* "65536", "64k", "10m", "1g". */
static bool parse_size(const char *text, uint64_t *size)
{
    static const char units[] = "kmg";
    const char *unit;
    unsigned shift = 0;
    char *end;

    errno = 0;
    *size = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *text < '0' || *text > '9')
        return false;
    if (*end != '\0') {
        unit = strchr(units, *end | 0x20);
        if (unit == NULL || end[1] != '\0')
            return false;
        shift = 10 * (unsigned)(unit - units + 1);
    }
    if (*size > (uint64_t)INT64_MAX >> shift)
        return false;
    *size <<= shift;
    return true;
}

static bool parse_count(const char *text, int64_t most, int64_t *count)
{
    uint64_t n;

    if (!parse_size(text, &n) || n > (uint64_t)most)
        return false;
    *count = (int64_t)n;
    return true;
}

static const char *take_path(const char **path, const char *word, char *value)
{
    if (value[0] != '/')
        return wrong(word, value, "not an absolute path");
    *path = value;
    return NULL;
}

static const char *take_driver(log_options *o, const char *word, char *value)
{
    if (strcmp(value, "json-file") == 0)
        o->driver = LOG_JSON_FILE;
    else if (strcmp(value, "raw") == 0)
        o->driver = LOG_RAW;
    else if (strcmp(value, "none") == 0)
        o->driver = LOG_NONE;
    else
        return wrong(word, value, "json-file, raw or none");
    return NULL;
}

static const char *take_fsync(log_options *o, const char *word, char *value)
{
    if (strcmp(value, "never") == 0)
        o->fsync_s = LOG_FSYNC_NEVER;
    else if (strcmp(value, "always") == 0)
        o->fsync_s = LOG_FSYNC_ALWAYS;
    else if (!parse_count(value, 86400, &o->fsync_s) || o->fsync_s == 0)
        return wrong(word, value, "never, always or 1 to 86400 seconds");
    return NULL;
}

static const char *take_on_error(log_options *o, const char *word, char *value)
{
    if (strcmp(value, "drop") != 0 && strcmp(value, "block") != 0)
        return wrong(word, value, "block or drop");
    o->drop = value[0] == 'd';
    return NULL;
}

static const char *take_numbers(log_options *o, const char *word, char *value)
{
    int64_t n;

    if (strcmp(word, "max-size") == 0)
        return parse_size(value, &o->max_size) ? NULL
                                               : wrong(word, value, "no size");
    if (strcmp(word, "backlog") == 0) {
        if (!parse_size(value, &o->backlog) || o->backlog > 1 << 30)
            return wrong(word, value, "no size up to 1g");
        return NULL;
    }
    if (strcmp(word, "max-file") == 0) {
        if (!parse_count(value, 10000, &n) || n == 0)
            return wrong(word, value, "no number from 1 to 10000");
        o->max_file = (unsigned)n;
        return NULL;
    }
    if (!parse_count(value, INT_MAX, &n))
        return wrong(word, value, "no descriptor");
    o->ready = (int)n;
    return NULL;
}

/* --- words ---------------------------------------------------------------- */

static const char *take_value(log_options *o, const char *word, char *value)
{
    static const char *const numbers[] = { "max-size", "max-file", "backlog",
                                           "ready" };
    const struct {
        const char *word;
        const char **path;
    } paths[] = {
        { "stdout", &o->fifo[0] }, { "stderr", &o->fifo[1] },
        { "reader", &o->reader },  { "tap", &o->tap },
        { "state", &o->state },    { "log", &o->log },
    };

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (strcmp(word, paths[i].word) == 0)
            return take_path(paths[i].path, word, value);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(word, numbers[i]) == 0)
            return take_numbers(o, word, value);
    if (strcmp(word, "driver") == 0)
        return take_driver(o, word, value);
    if (strcmp(word, "fsync") == 0)
        return take_fsync(o, word, value);
    if (strcmp(word, "on-error") == 0)
        return take_on_error(o, word, value);
    return wrong("option", word, "there is no such option");
}

static bool *flag_of(log_options *o, const char *word)
{
    if (strcmp(word, "compress") == 0)
        return &o->compress;
    if (strcmp(word, "binary") == 0)
        return &o->binary;
    if (strcmp(word, "finish") == 0)
        return &o->finish;
    if (strcmp(word, "discard") == 0)
        return &o->discard;
    return NULL;
}

static bool is_false(const char *value)
{
    return strcmp(value, "0") == 0 || strcmp(value, "false") == 0 ||
           strcmp(value, "no") == 0;
}

/* A flag stands alone after its dashes, and has a value without them. */
static const char *take_words(log_options *o, int argc, char **argv)
{
    const char *problem = NULL;

    for (int i = 1; i < argc && problem == NULL; i++) {
        bool dashed = strncmp(argv[i], "--", 2) == 0, *flag;
        const char *word = argv[i] + (dashed ? 2 : 0);

        flag = flag_of(o, word);
        if (flag != NULL && dashed)
            *flag = true;
        else if (i + 1 == argc)
            problem = wrong("option", word, "it needs a value");
        else if (flag != NULL)
            *flag = !is_false(argv[++i]);
        else
            problem = take_value(o, word, argv[++i]);
    }
    return problem;
}

static const char *judge(const log_options *o)
{
    if (!o->binary && o->fifo[0] == NULL)
        return "--stdout is missing";
    if (!o->binary && o->reader == NULL)
        return "--reader is missing";
    if (o->discard)
        return NULL;
    if (!o->binary && o->state == NULL)
        return "--state is missing";
    if (o->driver != LOG_NONE && o->log == NULL)
        return "--log is missing";
    return NULL;
}

const char *log_options_parse(log_options *options, int argc, char **argv)
{
    const char *problem;

    *options = (log_options){
        .driver = LOG_JSON_FILE,
        .max_file = 1,
        .fsync_s = LOG_FSYNC_NEVER,
        .backlog = 64 << 10,
        .ready = -1,
    };
    problem = take_words(options, argc, argv);
    return problem != NULL ? problem : judge(options);
}
