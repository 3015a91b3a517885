/* The client: opening it, and calls that are counted and checked. */
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

static neap_code open_code(session *s, const char *address)
{
    neap_client_config config = { .address = address, .ns = "test" };
    neap_error err = { 0 };
    neap_client *client = neap_client_open(s->w.loop, &config, &err);
    neap_code code = err.code;

    assert(client == NULL && err.message != NULL);
    neap_error_clear(&err);
    return code;
}

static void test_open(session *s)
{
    char deep[200];

    assert(open_code(s, "relative") == NEAP_INVALID_ARGUMENT);
    assert(open_code(s, "/nowhere/at/all") == NEAP_NOT_FOUND);
    memset(deep, 'x', sizeof deep);
    deep[0] = '/';
    deep[sizeof deep - 1] = '\0';
    assert(open_code(s, deep) != NEAP_OK);
    server_refuse(s->w.server, true);
    assert(open_code(s, s->w.socket) == NEAP_UNAVAILABLE);
    server_refuse(s->w.server, false);
    assert(strcmp(neap_client_address(s->client), s->w.socket) == 0);
    assert(strcmp(neap_client_namespace(s->client), "test") == 0);
    assert(neap_client_timeout(s->client) == 0);
}

static void test_counted_and_traced(session *s)
{
    char text[256] = "", path[64];
    reply r = { 0 };
    int fd;

    strcpy(path, world_path(&s->w, "trace"));
    fd = open(path, O_CREAT | O_RDWR, 0600);
    neap_client_trace(s->client, fd);
    assert(neap_client_count(s->client, NULL) == 0);
    server_answer(s->w.server, "/" VERSION, "", 0);
    neap_client_call(s->client, VERSION, NULL, NULL, reply_value, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    assert(neap_client_count(s->client, VERSION) == 1);
    assert(neap_client_count(s->client, NULL) == 1);
    neap_client_trace(s->client, -1);
    r = (reply){ 0 };
    neap_client_call(s->client, VERSION, NULL, NULL, reply_value, &r);
    reply_await(&s->w, &r);
    assert(pread(fd, text, sizeof text - 1, 0) > 0);
    assert(strchr(text, '\n') == text + strlen(text) - 1); /* one line */
    assert(strstr(text, "\"method\":\"" VERSION "\"") != NULL);
    assert(strstr(text, "\"code\":\"ok\"") != NULL);
    close(fd);
    unlink(path);
}

static void test_call_is_checked(session *s)
{
    neap_value *wrong = neap_value_new_map();
    neap_error err = { 0 };
    reply r = { 0 };

    neap_client_call(s->client, "no.such/Method", NULL, NULL, reply_value, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_INVALID_ARGUMENT);
    neap_value_put(wrong, "no_such_field", neap_value_new_int(1));
    r = (reply){ 0 };
    neap_client_call(s->client, VERSION, wrong, NULL, reply_value, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_INVALID_ARGUMENT);
    assert(neap_exchange_open(s->client, VERSION, NULL, NULL, &err) == NULL);
    assert(err.code == NEAP_INVALID_ARGUMENT);
    neap_error_clear(&err);
    neap_value_free(wrong);
    assert(neap_client_count(s->client, NULL) == 0);
}

static const session_test tests[] = {
    { "a client needs somebody who listens", test_open },
    { "calls are counted and traced", test_counted_and_traced },
    { "calls are checked before they are sent", test_call_is_checked },
};

int main(void)
{
    return session_run(tests, sizeof tests / sizeof *tests);
}
