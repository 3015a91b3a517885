#include "daemon.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "memory.h"
#include "message.h"
#include "neap/json.h"
#include "service.h"

#define SUBSCRIBE "Events/Subscribe"

/* --- names ---------------------------------------------------------------- */

/* "/containerd.services.tasks.v1.Tasks/Create" for "Tasks/Create". */
static const char *path_of(const char *method)
{
    static char path[128];
    char package[32];
    size_t length = strcspn(method, "/");

    snprintf(package, sizeof package, "%.*s", (int)length, method);
    package[0] = (char)(package[0] | 0x20);
    snprintf(path, sizeof path, "/containerd.services.%s.v1.%s", package,
             method);
    return path;
}

static service_method method_of(const char *name)
{
    neap_error err = { 0 };
    service_method method;

    assert(service_find_method(path_of(name), "test", &method, &err));
    return method;
}

/* --- messages ------------------------------------------------------------- */

static char *formatted(const char *fmt, va_list args)
{
    char *text;

    assert(vasprintf(&text, fmt, args) >= 0);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    return text;
}

/* Takes `text`. */
static neap_value *parsed(char *text)
{
    neap_error err = { 0 };
    neap_value *value = neap_json_parse(text, strlen(text), &err);

    if (value == NULL)
        fprintf(stderr, "%s: %s\n", text, err.message);
    assert(value != NULL);
    free(text);
    return value;
}

/* Takes `value`. */
static uint8_t *
packed(const ProtobufCMessageDescriptor *type, neap_value *value, size_t *size)
{
    neap_error err = { 0 };
    uint8_t *bytes = message_encode(type, value, "test", size, &err);

    if (bytes == NULL)
        fprintf(stderr, "%s\n", err.message);
    assert(bytes != NULL);
    neap_value_free(value);
    return bytes;
}

void daemon_answer(world *w, const char *method, const char *fmt, ...)
{
    va_list args;
    uint8_t *bytes;
    char *text;
    size_t size;

    va_start(args, fmt);
    text = formatted(fmt, args);
    va_end(args);
    bytes = packed(method_of(method).output, parsed(text), &size);
    server_answer(w->server, path_of(method), bytes, size);
    free(bytes);
}

void daemon_fail(world *w, const char *method, neap_code code)
{
    server_fail(w->server, path_of(method), (int)code, "as scripted");
}

void daemon_hold(world *w, const char *method)
{
    server_hold(w->server, path_of(method));
}

void daemon_release(world *w, const char *method)
{
    server_release(w->server, path_of(method));
}

/* --- what was asked ------------------------------------------------------- */

unsigned daemon_calls(world *w, const char *method)
{
    return server_messages(w->server, path_of(method));
}

unsigned daemon_open(world *w, const char *method)
{
    return server_open_calls(w->server, path_of(method));
}

unsigned daemon_torn(world *w, const char *method)
{
    return server_cancelled(w->server, path_of(method));
}

void daemon_await(world *w, const char *method, unsigned count)
{
    while (daemon_calls(w, method) < count)
        world_turn(w);
    assert(daemon_calls(w, method) == count);
}

static neap_value *last_request(world *w, const char *method)
{
    unsigned count = daemon_calls(w, method);
    neap_error err = { 0 };
    const uint8_t *bytes;
    neap_value *request;
    size_t size;

    assert(count > 0);
    bytes = server_message(w->server, path_of(method), count - 1, &size);
    request =
        message_decode(method_of(method).input, bytes, size, "test", &err);
    assert(request != NULL);
    return request;
}

bool daemon_was_asked(world *w, const char *method, const char *text)
{
    neap_error err = { 0 };
    neap_value *request = last_request(w, method);
    char *json = neap_json_print(request, false, &err), *wanted = xstrdup(text);
    bool found;

    assert(json != NULL);
    for (char *at = wanted; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    found = strstr(json, wanted) != NULL;
    if (!found)
        fprintf(stderr, "%s was asked %s\n", method, json);
    free(wanted);
    free(json);
    neap_value_free(request);
    return found;
}

/* --- events --------------------------------------------------------------- */

void daemon_await_subscription(world *w)
{
    while (server_open_calls(w->server, path_of(SUBSCRIBE)) == 0)
        world_turn(w);
}

void daemon_break(world *w, neap_client *client)
{
    server_end(w->server, path_of(SUBSCRIBE), NEAP_UNAVAILABLE, "gone");
    while (neap_events_are_live(client))
        world_turn(w);
}

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_REALTIME, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static neap_value *word(const char *text)
{
    return neap_value_new_bytes(text, strlen(text));
}

/* Takes `event`, an Any. */
static void tell(world *w, double time, const char *topic, neap_value *event)
{
    neap_value *envelope = neap_value_new_map();
    uint8_t *bytes;
    size_t size;

    neap_value_put(envelope, "timestamp", neap_value_new_double(time));
    neap_value_put(envelope, "namespace", word("test"));
    neap_value_put(envelope, "topic", word(topic));
    neap_value_put(envelope, "event", event);
    bytes = packed(method_of(SUBSCRIBE).output, envelope, &size);
    server_send(w->server, path_of(SUBSCRIBE), bytes, size);
    free(bytes);
}

static void tell_text(
    world *w, double time, const char *topic, const char *type, char *text)
{
    neap_value *any = neap_value_new_map();
    char *url = xasprintf("containerd.events.%s", type);

    neap_value_put(any, "type_url", word(url));
    neap_value_put(any, "value", parsed(text));
    tell(w, time, topic, any);
    free(url);
}

void daemon_event(
    world *w, const char *topic, const char *type, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    tell_text(w, now(), topic, type, formatted(fmt, args));
    va_end(args);
}

void daemon_event_at(world *w,
                     double time,
                     const char *topic,
                     const char *type,
                     const char *fmt,
                     ...)
{
    va_list args;

    va_start(args, fmt);
    tell_text(w, time, topic, type, formatted(fmt, args));
    va_end(args);
}

void daemon_exit(
    world *w, const char *container, const char *process, int pid, int code)
{
    daemon_event(w, "/tasks/exit", "TaskExit",
                 "{'container_id': '%s', 'id': '%s', 'pid': %d,"
                 " 'exit_status': %d, 'exited_at': 1000}",
                 container, process, pid, code);
}

void daemon_delete(world *w, const char *container, int pid, int code)
{
    daemon_event(w, "/tasks/delete", "TaskDelete",
                 "{'container_id': '%s', 'id': '%s', 'pid': %d,"
                 " 'exit_status': %d, 'exited_at': 3000}",
                 container, container, pid, code);
}

void daemon_hello(world *w)
{
    neap_value *request = last_request(w, "Events/Publish");
    const neap_value *event = neap_value_find(request, "event");
    const neap_value *nonce = neap_value_find(event, "value");
    neap_value *any = neap_value_new_map();
    size_t size;
    const char *bytes = neap_value_bytes(nonce, &size);

    neap_value_put(any, "type_url", word("neap.Hello"));
    neap_value_put(any, "value", neap_value_new_bytes(bytes, size));
    tell(w, now(), neap_value_bytes(neap_value_find(request, "topic"), NULL),
         any);
    neap_value_free(request);
}

static void on_mark(void *arg, const neap_event *event)
{
    if (event != NULL && strcmp(event->topic, "/mark") == 0)
        *(bool *)arg = true;
}

void daemon_be_heard(world *w, neap_client *client)
{
    bool heard = false;
    neap_listener *listener = neap_events_listen(client, on_mark, &heard);

    daemon_event(w, "/mark", "TaskOOM", "{}");
    while (!heard)
        world_turn(w);
    neap_listener_close(listener);
}

/* --- all goes well -------------------------------------------------------- */

neap_client *daemon_client(world *w)
{
    return daemon_client_lingering(w, 0);
}

neap_client *daemon_client_lingering(world *w, double seconds)
{
    static const char *const empty[] = {
        "Events/Publish", "Containers/Delete", "Tasks/Kill",
        "Tasks/Exec",     "Tasks/CloseIO",     "Tasks/ResizePty",
        "Tasks/Pause",    "Tasks/Resume",      "Tasks/List",
    };
    neap_client_config config = { .address = w->socket,
                                  .ns = "test",
                                  .linger_s = seconds };
    neap_error err = { 0 };
    neap_client *client;

    server_stream(w->server, path_of(SUBSCRIBE));
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        daemon_answer(w, empty[i], "{}");
    daemon_answer(w, "Tasks/Create", "{'pid': 7}");
    daemon_answer(w, "Tasks/Start", "{'pid': 7}");
    daemon_answer(w, "Tasks/Delete", "{'pid': 7, 'exited_at': 1000}");
    daemon_answer(w, "Tasks/DeleteProcess", "{'exited_at': 1000}");
    daemon_fail(w, "Tasks/Get", NEAP_NOT_FOUND);
    client = neap_client_open(w->loop, &config, &err);
    assert(client != NULL);
    return client;
}

void daemon_leave(world *w, neap_client *client)
{
    neap_client_close(client);
    while (server_open_calls(w->server, path_of(SUBSCRIBE)) > 0)
        world_turn(w);
}

neap_container *
daemon_create(world *w, neap_client *client, const char *id, int born)
{
    neap_container_config config = { .id = id, .runtime = "a.runtime" };
    reply r = { 0 };

    daemon_answer(w, "Containers/Create",
                  "{'container': {'id': '%s', 'created_at': %d}}", id, born);
    neap_container_create(client, &config, reply_container, &r);
    reply_await(w, &r);
    assert(r.code == NEAP_OK && r.container != NULL);
    return r.container;
}

neap_process *daemon_start(world *w, neap_container *container)
{
    neap_task_config config = { 0 };
    reply r = { 0 };

    neap_task_start(container, &config, reply_process, &r);
    reply_await(w, &r);
    assert(r.code == NEAP_OK && r.process != NULL);
    return r.process;
}
