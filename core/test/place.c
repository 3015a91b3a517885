#include "place.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void place_record(void *arg,
                  const neap_error *err,
                  const neap_engine_peer *peer,
                  bool started)
{
    place_outcome *o = arg;

    o->calls++;
    if (err != NULL)
        neap_error_copy(&o->err, err);
    if (peer != NULL)
        o->peer = *peer;
    o->started = started;
}

void place_open(place *p, const char *mode)
{
    ssize_t n = readlink("/proc/self/exe", p->exe, sizeof p->exe - 1);

    assert(n > 0);
    p->exe[n] = '\0';
    strcpy(p->dir, "/tmp/engine_test.XXXXXX");
    assert(mkdtemp(p->dir) != NULL);
    snprintf(p->lock, sizeof p->lock, "%s/lock", p->dir);
    snprintf(p->socket, sizeof p->socket, "%s/socket", p->dir);
    snprintf(p->log, sizeof p->log, "%s/log", p->dir);
    snprintf(p->conf, sizeof p->conf, "%s/config", p->dir);
    p->argv[0] = p->exe;
    p->argv[1] = mode;
    p->argv[2] = p->socket;
    p->argv[3] = NULL;
    p->env[0] = "MARK=1";
    p->env[1] = NULL;
    p->config = (neap_engine_config){
        .lock = p->lock,
        .socket = p->socket,
        .name = strrchr(p->exe, '/') + 1,
        .timeout_s = 10,
        .log = p->log,
        .config_path = p->conf,
        .config_text = "version = 2\n",
        .argv = p->argv,
        .env = p->env,
        .nofile = 4096,
    };
    uv_loop_init(&p->uv);
    p->loop = neap_loop_open(&p->uv, NEAP_LOOP_DRIVEN);
}

void place_close(place *p)
{
    neap_loop_close(p->loop);
    uv_run(&p->uv, UV_RUN_DEFAULT);
    assert(uv_loop_close(&p->uv) == 0); /* nothing is left on the loop */
    unlink(p->lock);
    unlink(p->socket);
    unlink(p->log);
    unlink(p->conf);
    assert(rmdir(p->dir) == 0);
}

static void await(place *p, place_outcome *o)
{
    assert(o->calls == 0); /* never before the submitting call has returned */
    while (o->calls == 0)
        neap_loop_turn(p->loop, true);
}

place_outcome place_start(place *p)
{
    place_outcome o = { 0 };

    neap_engine_start(p->loop, &p->config, place_record, &o);
    await(p, &o);
    return o;
}

place_outcome place_stop(place *p)
{
    place_outcome o = { 0 };

    neap_engine_stop(p->loop, &p->config, place_record, &o);
    await(p, &o);
    return o;
}

void place_expect(place_outcome o, neap_code code)
{
    assert(o.calls == 1);
    if (o.err.code != code)
        fprintf(stderr, "%s: %s\n", neap_code_name(o.err.code), o.err.message);
    assert(o.err.code == code);
    neap_error_clear(&o.err);
}

bool place_log_has(const place *p, const char *text)
{
    char content[4096] = "";
    FILE *log = fopen(p->log, "r");
    bool has;

    assert(log != NULL);
    content[fread(content, 1, sizeof content - 1, log)] = '\0';
    fclose(log);
    has = strstr(content, text) != NULL;
    if (!has)
        fputs(content, stderr);
    return has;
}
