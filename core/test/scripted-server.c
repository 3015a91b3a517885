/*
 * The scripted server as a program, for specs in Lua:
 *
 *    scripted-server SOCKET
 *
 * Reads a command a line and answers each with a line: "ok", "ok RESULT" or
 * "error TEXT". It says "ok" once it listens, and ends with its input. METHOD
 * is "containerd.services.tasks.v1.Tasks/Create"; messages are JSON, as
 * message.h has them.
 *
 *    answer METHOD JSON          append METHOD JSON
 *    fail METHOD STATUS TEXT     hold METHOD             release METHOD
 *    stream METHOD               send METHOD JSON        end METHOD STATUS TEXT
 *    drop                        refuse                  listen
 *    calls METHOD                open METHOD             cancelled METHOD
 *    messages METHOD             message METHOD INDEX    header METHOD CALL KEY
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "message.h"
#include "neap/json.h"
#include "server.h"
#include "service.h"

typedef struct command {
    server *server;
    service_method method;
    char *path;   /* with the slash before it; "" where none was given */
    char *rest;   /* of the line */
    char *result; /* owned; NULL: none */
    neap_error err;
} command;

static void result_number(command *c, unsigned number)
{
    c->result = xasprintf("%u", number);
}

/* Cut a word off the beginning of `*text`; there is none at its end. */
static char *word(char **text)
{
    char *begin = *text;

    *text += strcspn(begin, " ");
    if (**text != '\0')
        *(*text)++ = '\0';
    return begin;
}

static unsigned number(char **text)
{
    return (unsigned)strtoul(word(text), NULL, 10);
}

/* --- the commands ----------------------------------------------------------
 */

static void with_message(
    command *c,
    void (*use)(server *s, const char *method, const void *data, size_t size))
{
    neap_value *value = neap_json_parse(c->rest, strlen(c->rest), &c->err);
    uint8_t *data = NULL;
    size_t size;

    if (value != NULL)
        data =
            message_encode(c->method.output, value, "encode", &size, &c->err);
    if (data != NULL)
        use(c->server, c->path, data, size);
    free(data);
    neap_value_free(value);
}

static void run_answer(command *c)
{
    with_message(c, server_answer);
}

static void run_append(command *c)
{
    with_message(c, server_append);
}

static void run_send(command *c)
{
    with_message(c, server_send);
}

static void run_fail(command *c)
{
    int status = (int)number(&c->rest);

    server_fail(c->server, c->path, status, c->rest);
}

static void run_end(command *c)
{
    int status = (int)number(&c->rest);

    server_end(c->server, c->path, status, c->rest);
}

static void run_stream(command *c)
{
    server_stream(c->server, c->path);
}

static void run_hold(command *c)
{
    server_hold(c->server, c->path);
}

static void run_release(command *c)
{
    server_release(c->server, c->path);
}

static void run_drop(command *c)
{
    server_drop(c->server);
}

static void run_refuse(command *c)
{
    server_refuse(c->server, true);
}

static void run_listen(command *c)
{
    server_refuse(c->server, false);
}

static void run_calls(command *c)
{
    result_number(c, server_calls(c->server, c->path));
}

static void run_open(command *c)
{
    result_number(c, server_open_calls(c->server, c->path));
}

static void run_cancelled(command *c)
{
    result_number(c, server_cancelled(c->server, c->path));
}

static void run_messages(command *c)
{
    result_number(c, server_messages(c->server, c->path));
}

static void run_message(command *c)
{
    size_t size;
    const uint8_t *data =
        server_message(c->server, c->path, number(&c->rest), &size);
    neap_value *value = NULL;

    if (data == NULL)
        neap_error_set(&c->err, NEAP_NOT_FOUND, "message", "not so many");
    else
        value = message_decode(c->method.input, data, size, "decode", &c->err);
    if (value != NULL)
        c->result = neap_json_print(value, false, &c->err);
    neap_value_free(value);
}

static void run_header(command *c)
{
    unsigned call = number(&c->rest);
    const char *value = server_header(c->server, c->path, call, c->rest);

    if (value == NULL)
        neap_error_set(&c->err, NEAP_NOT_FOUND, "header", "no such header");
    else
        c->result = xstrdup(value);
}

static const struct {
    const char *name;
    bool has_method;
    void (*run)(command *c);
} commands[] = {
    { "answer", true, run_answer },     { "append", true, run_append },
    { "fail", true, run_fail },         { "hold", true, run_hold },
    { "release", true, run_release },   { "stream", true, run_stream },
    { "send", true, run_send },         { "end", true, run_end },
    { "drop", false, run_drop },        { "refuse", false, run_refuse },
    { "listen", false, run_listen },    { "calls", true, run_calls },
    { "open", true, run_open },         { "cancelled", true, run_cancelled },
    { "messages", true, run_messages }, { "message", true, run_message },
    { "header", true, run_header },
};

/* --- a line ----------------------------------------------------------------
 */

static void run(command *c, char *line)
{
    char *name = word(&line), *method;

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        if (commands[i].has_method) {
            method = word(&line);
            if (!service_find_method(method, name, &c->method, &c->err))
                return;
            free(c->path);
            c->path = xasprintf("/%s", method);
        }
        c->rest = line;
        commands[i].run(c);
        return;
    }
    neap_error_set(&c->err, NEAP_INVALID_ARGUMENT, "run", "what is %s?", name);
}

static void obey(server *s, char *line)
{
    command c = { .server = s, .path = xstrdup("") };

    run(&c, line);
    if (c.err.code != NEAP_OK)
        printf("error %s\n", c.err.message);
    else
        printf("ok%s%s\n", c.result == NULL ? "" : " ",
               c.result == NULL ? "" : c.result);
    fflush(stdout);
    neap_error_clear(&c.err);
    free(c.result);
    free(c.path);
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    server *s;

    if (argc != 2) {
        fputs("usage: scripted-server SOCKET\n", stderr);
        return 2;
    }
    s = server_open(argv[1]);
    puts("ok");
    fflush(stdout);
    while ((length = getline(&line, &room, stdin)) > 0) {
        line[length - (line[length - 1] == '\n')] = '\0';
        obey(s, line);
    }
    free(line);
    server_close(s);
    return 0;
}
