/* Records: one handle for each, and what is known of its task. */
#include "container.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "neap/json.h"

typedef struct scene {
    world w;
    neap_client *client;
} scene;

static void scene_open(scene *s, neap_loop_mode mode)
{
    world_open(&s->w, mode);
    s->client = daemon_client(&s->w);
}

static void scene_close(scene *s)
{
    daemon_leave(&s->w, s->client);
    world_close(&s->w);
}

static neap_container *load(scene *s, const char *id, int born)
{
    reply r = { 0 };

    daemon_answer(&s->w, "Containers/Get",
                  "{'container': {'id': '%s', 'created_at': %d}}", id, born);
    neap_container_load(s->client, id, reply_container, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    return r.container;
}

static neap_code delete (scene *s, neap_container *c)
{
    reply r = { 0 };

    neap_container_delete(c, reply_done, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    return r.code;
}

static neap_code refresh(scene *s, neap_container *c)
{
    reply r = { 0 };

    neap_container_refresh(c, reply_done, &r);
    reply_await(&s->w, &r);
    return r.code;
}

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* --- records -------------------------------------------------------------- */

static void test_create(scene *s)
{
    const neap_label labels[] = { { "a", "1" }, { "b", "" } };
    const neap_extension note = { "a.note", { "a.type/1", "{}", 2 } };
    const neap_container_config config = {
        .id = "box",
        .image = "an.image",
        .runtime = "a.runtime",
        .runtime_options = { "types.containerd.io/options", "{}", 2 },
        .spec = { "types.containerd.io/spec", "{\"x\":1}", 7 },
        .snapshotter = "overlayfs",
        .snapshot_key = "a-key",
        .labels = labels,
        .label_count = 2,
        .extensions = &note,
        .extension_count = 1,
    };
    neap_container *c;
    reply r = { 0 };

    daemon_answer(&s->w, "Containers/Create",
                  "{'container': {'id': 'box', 'image': 'an.image',"
                  " 'runtime': {'name': 'a.runtime', 'options':"
                  " {'type_url': 'types.containerd.io/options', 'value': {}}},"
                  " 'snapshotter': 'overlayfs', 'snapshot_key': 'a-key',"
                  " 'spec': {'type_url': 'types.containerd.io/spec',"
                  " 'value': {'x': 1}}, 'labels': {'a': '1', 'b': ''},"
                  " 'extensions': {'a.note': {'type_url':"
                  " 'types.containerd.io/note', 'value': {'y': 2}}},"
                  " 'created_at': 1234.5}}");
    neap_container_create(s->client, &config, reply_container, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    c = r.container;
    assert(daemon_was_asked(&s->w, "Containers/Create", "'id':'box'"));
    assert(daemon_was_asked(&s->w, "Containers/Create", "'a':'1'"));
    assert(daemon_was_asked(&s->w, "Containers/Create", "'a-key'"));
    assert(daemon_was_asked(&s->w, "Containers/Create", "'a.note'"));
    assert(same(neap_container_id(c), "box"));
    assert(same(neap_container_image(c), "an.image"));
    assert(same(neap_container_runtime(c), "a.runtime"));
    assert(same(neap_container_snapshotter(c), "overlayfs"));
    assert(same(neap_container_snapshot_key(c), "a-key"));
    assert(neap_container_spec(c).size == 7);
    assert(memcmp(neap_container_spec(c).data, "{\"x\":1}", 7) == 0);
    assert(same(neap_container_runtime_options(c).type_url,
                "types.containerd.io/options"));
    assert(neap_container_label_count(c) == 2);
    assert(same(neap_container_label(c, 0).key, "a"));
    assert(same(neap_container_label(c, 0).value, "1"));
    assert(neap_container_extension_count(c) == 1);
    assert(same(neap_container_extension(c, 0).name, "a.note"));
    assert(same(neap_container_extension(c, 0).value.type_url,
                "types.containerd.io/note"));
    assert(neap_container_extension(c, 0).value.size == 7);
    assert(neap_container_created_at(c) == 1234.5);
    assert(neap_container_client(c) == s->client);
    assert(!neap_container_is_gone(c) && neap_container_has_no_task(c));
    assert(neap_container_task(c) == NULL);
    neap_container_unref(c);
}

static void test_create_fails(scene *s)
{
    neap_container_config config = { .id = "box" };
    neap_request *req;
    reply r = { 0 };

    daemon_fail(&s->w, "Containers/Create", NEAP_ALREADY_EXISTS);
    req = neap_container_create(s->client, &config, reply_container, &r);
    neap_request_cancel(req); /* it is not torn */
    reply_await(&s->w, &r);
    assert(r.code == NEAP_ALREADY_EXISTS && r.container == NULL);
    daemon_fail(&s->w, "Containers/Get", NEAP_NOT_FOUND);
    r = (reply){ 0 };
    neap_container_load(s->client, "box", reply_container, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_NOT_FOUND && r.container == NULL);
}

/* A record without anything: its strings are there all the same. */
static void test_bare_record(scene *s)
{
    neap_container *c = load(s, "bare", 1);

    assert(same(neap_container_image(c), ""));
    assert(same(neap_container_runtime(c), ""));
    assert(same(neap_container_snapshot_key(c), ""));
    assert(neap_container_spec(c).type_url == NULL);
    assert(neap_container_runtime_options(c).type_url == NULL);
    assert(neap_container_label_count(c) == 0);
    assert(!neap_container_has_no_task(c)); /* nobody asked */
    neap_container_unref(c);
}

/* Replies that lack what they are about. */
static void test_empty_replies(scene *s)
{
    const neap_container_config config = { .id = "box" };
    neap_container *c = load(s, "box", 1);
    reply r[5] = { { 0 } };

    daemon_answer(&s->w, "Containers/Create", "{}");
    daemon_answer(&s->w, "Containers/Get", "{}");
    daemon_answer(&s->w, "Containers/Update", "{}");
    daemon_answer(&s->w, "Tasks/Get", "{}");
    neap_container_create(s->client, &config, reply_container, &r[0]);
    neap_container_load(s->client, "box", reply_container, &r[1]);
    neap_container_refresh(c, reply_done, &r[2]);
    neap_container_update(c, NULL, 0, reply_done, &r[3]);
    neap_task_load(c, NULL, reply_process, &r[4]);
    for (int i = 0; i < 5; i++) {
        reply_await(&s->w, &r[i]);
        assert(r[i].code == NEAP_INTERNAL);
    }
    assert(!neap_container_is_gone(c));
    neap_container_unref(c);
}

/* --- identity ------------------------------------------------------------- */

static void test_one_handle(scene *s)
{
    neap_container *created = daemon_create(&s->w, s->client, "box", 1);
    neap_container *loaded = load(s, "box", 1);
    neap_container *again;

    assert(loaded == created);
    assert(neap_container_known(s->client, "box") == created);
    assert(neap_container_known(s->client, "other") == NULL);
    assert(neap_container_ref(created) == created);
    neap_container_unref(created);
    neap_container_unref(created);
    assert(neap_container_known(s->client, "box") == loaded);
    neap_container_unref(loaded);
    assert(neap_container_known(s->client, "box") == NULL);
    again = load(s, "box", 1); /* nobody held it: a new one */
    assert(!neap_container_is_gone(again));
    neap_container_unref(again);
}

static void test_another_record(scene *s)
{
    neap_container *first = daemon_create(&s->w, s->client, "box", 1);
    neap_container *second = load(s, "box", 2);
    neap_container *third;

    assert(first != second);
    assert(neap_container_is_gone(first) && !neap_container_is_gone(second));
    assert(neap_container_known(s->client, "box") == second);
    assert(refresh(s, first) == NEAP_NOT_FOUND);
    assert(delete (s, first) == NEAP_NOT_FOUND); /* not the second one! */
    assert(daemon_calls(&s->w, "Containers/Delete") == 0);
    daemon_answer(&s->w, "Containers/Get",
                  "{'container': {'id': 'box', 'created_at': 3}}");
    assert(refresh(s, second) == NEAP_NOT_FOUND);
    assert(neap_container_is_gone(second));
    assert(neap_container_known(s->client, "box") == NULL);
    third = load(s, "box", 3);
    neap_container_unref(second);
    neap_container_unref(first);
    assert(neap_container_known(s->client, "box") == third);
    neap_container_unref(third);
}

/* --- refresh and update --------------------------------------------------- */

static void test_refresh(scene *s)
{
    neap_container *c = daemon_create(&s->w, s->client, "box", 1);

    daemon_answer(&s->w, "Containers/Get",
                  "{'container': {'id': 'box', 'created_at': 1,"
                  " 'labels': {'new': 'one'}}}");
    assert(refresh(s, c) == NEAP_OK);
    assert(same(neap_container_label(c, 0).key, "new"));
    daemon_fail(&s->w, "Containers/Get", NEAP_UNAVAILABLE);
    assert(refresh(s, c) == NEAP_UNAVAILABLE);
    assert(!neap_container_is_gone(c));
    daemon_fail(&s->w, "Containers/Get", NEAP_NOT_FOUND);
    assert(refresh(s, c) == NEAP_NOT_FOUND);
    assert(neap_container_is_gone(c));
    assert(same(neap_container_label(c, 0).key, "new")); /* it stays */
    assert(refresh(s, c) == NEAP_NOT_FOUND);
    assert(daemon_calls(&s->w, "Containers/Get") == 3);
    neap_container_unref(c);
}

static neap_code update(scene *s, neap_container *c)
{
    const neap_label labels[] = { { "set", "1" }, { "cut", NULL } };
    reply r = { 0 };

    neap_request_cancel(neap_container_update(c, labels, 2, reply_done, &r));
    reply_await(&s->w, &r);
    return r.code;
}

static void test_update(scene *s)
{
    neap_container *c = daemon_create(&s->w, s->client, "box", 1);

    daemon_answer(&s->w, "Containers/Update",
                  "{'container': {'id': 'box', 'created_at': 1,"
                  " 'labels': {'set': '1', 'old': '0'}}}");
    assert(update(s, c) == NEAP_OK); /* it was cancelled, and is not torn */
    assert(daemon_was_asked(&s->w, "Containers/Update",
                            "'paths':['labels.set','labels.cut']"));
    assert(
        daemon_was_asked(&s->w, "Containers/Update", "'labels':{'set':'1'}"));
    assert(neap_container_label_count(c) == 2);
    daemon_fail(&s->w, "Containers/Update", NEAP_INVALID_ARGUMENT);
    assert(update(s, c) == NEAP_INVALID_ARGUMENT);
    daemon_fail(&s->w, "Containers/Update", NEAP_NOT_FOUND);
    assert(update(s, c) == NEAP_NOT_FOUND && neap_container_is_gone(c));
    assert(update(s, c) == NEAP_NOT_FOUND);
    assert(daemon_calls(&s->w, "Containers/Update") == 3);
    neap_container_unref(c);
}

/* --- deleting ------------------------------------------------------------- */

static void test_delete_known(scene *s)
{
    neap_container *c = daemon_create(&s->w, s->client, "box", 1);
    neap_task *task = daemon_start(&s->w, c);

    assert(delete (s, c) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Get") == 0);
    assert(daemon_calls(&s->w, "Containers/Delete") == 0);
    neap_process_unref(task); /* letting go tells nothing */
    assert(delete (s, c) == NEAP_FAILED_PRECONDITION);
    daemon_await_subscription(&s->w);
    daemon_event(&s->w, "/tasks/delete", "TaskDelete",
                 "{'container_id': 'box', 'id': 'box', 'pid': 7}");
    while (!neap_container_has_no_task(c))
        world_turn(&s->w);
    assert(delete (s, c) == NEAP_OK);
    assert(daemon_calls(&s->w, "Tasks/Get") == 0);
    assert(neap_container_is_gone(c));
    assert(delete (s, c) == NEAP_NOT_FOUND);
    neap_container_unref(c);
}

static void test_delete_unknown(scene *s)
{
    neap_container *c = load(s, "box", 1);

    daemon_answer(&s->w, "Tasks/Get", "{'process': {'id': 'box', 'pid': 1}}");
    assert(delete (s, c) == NEAP_FAILED_PRECONDITION);
    assert(delete (s, c) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Get") == 1); /* known by now */
    neap_container_unref(c);
    c = load(s, "box", 2);
    daemon_fail(&s->w, "Tasks/Get", NEAP_UNAVAILABLE);
    assert(delete (s, c) == NEAP_UNAVAILABLE); /* better not */
    assert(daemon_calls(&s->w, "Containers/Delete") == 0);
    daemon_fail(&s->w, "Tasks/Get", NEAP_NOT_FOUND);
    assert(delete (s, c) == NEAP_OK);
    neap_container_unref(c);
    c = load(s, "box", 3);
    daemon_fail(&s->w, "Containers/Delete", NEAP_NOT_FOUND);
    assert(delete (s, c) == NEAP_NOT_FOUND && neap_container_is_gone(c));
    neap_container_unref(c);
}

/* Somebody else's deletion, and one that is old news. */
static void test_deleted_by_another(scene *s)
{
    neap_container *c = load(s, "box", 1000);

    daemon_await_subscription(&s->w);
    daemon_event_at(&s->w, 999, "/containers/delete", "ContainerDelete",
                    "{'id': 'box'}");
    daemon_event(&s->w, "/tasks/create", "TaskCreate",
                 "{'container_id': 'box', 'pid': 1}");
    while (!neap_events_are_live(s->client))
        world_turn(&s->w);
    assert(!neap_container_is_gone(c));
    daemon_event(&s->w, "/containers/delete", "ContainerDelete",
                 "{'id': 'box'}");
    while (!neap_container_is_gone(c))
        world_turn(&s->w);
    assert(neap_container_known(s->client, "box") == NULL);
    neap_container_unref(c);
}

/* --- listing -------------------------------------------------------------- */

#define LIST "/containerd.services.containers.v1.Containers/ListStream"

/* Tag and length of `container`, and of its `id` and created_at in it. */
static void add_record(scene *s, const char *id, char born, bool first)
{
    char bytes[64];
    int length = (int)strlen(id);
    int n = snprintf(bytes, sizeof bytes, "%c%c%c%c%s%c%c%c%c", 0x0a,
                     2 + length + 4, 0x0a, length, id, 0x42, 2, 0x08, born);

    if (first)
        server_answer(s->w.server, LIST, bytes, (size_t)n);
    else
        server_append(s->w.server, LIST, bytes, (size_t)n);
}

static void release_found(reply *r)
{
    for (size_t i = 0; i < r->found_count; i++) {
        neap_process_unref(r->found[i].task);
        neap_container_unref(r->found[i].container);
    }
    free(r->found);
    *r = (reply){ 0 };
}

static void list(scene *s, bool tasks, reply *r)
{
    *r = (reply){ 0 };
    neap_container_list(s->client, NULL, 0, tasks, reply_found, r);
    assert(r->count == 0);
    reply_await(&s->w, r);
}

static void test_list(scene *s)
{
    const char *const filters[] = { "id==one", "labels.a==b" };
    neap_container *one = daemon_create(&s->w, s->client, "one", 1);
    reply r;

    add_record(s, "one", 1, true);
    add_record(s, "two", 2, false);
    list(s, false, &r);
    assert(r.found_count == 2 && r.found[0].container == one);
    assert(same(neap_container_id(r.found[1].container), "two"));
    assert(neap_container_created_at(r.found[1].container) == 2);
    assert(r.found[0].task == NULL && daemon_calls(&s->w, "Tasks/List") == 0);
    release_found(&r);
    neap_container_list(s->client, filters, 2, false, reply_found, &r);
    reply_await(&s->w, &r);
    assert(daemon_was_asked(&s->w, "Containers/ListStream",
                            "['id==one','labels.a==b']"));
    release_found(&r);
    neap_container_unref(one);
}

static void test_list_with_tasks(scene *s)
{
    reply r, exit = { 0 };

    add_record(s, "one", 1, true);
    add_record(s, "two", 2, false);
    add_record(s, "three", 3, false);
    daemon_answer(&s->w, "Tasks/List",
                  "{'tasks': ["
                  "{'id': 'three', 'pid': 3, 'status': 'STOPPED',"
                  " 'exit_status': 9, 'exited_at': 7},"
                  "{'id': 'one', 'pid': 1, 'status': 'RUNNING'}]}");
    list(s, true, &r);
    assert(r.found_count == 3);
    assert(neap_process_pid(r.found[0].task) == 1 && r.found[1].task == NULL);
    assert(neap_container_has_no_task(r.found[1].container));
    assert(!neap_container_has_no_task(r.found[2].container));
    neap_process_wait(r.found[2].task, reply_exit, &exit);
    reply_await(&s->w, &exit);
    assert(exit.exit.code == 9 && exit.exit.time == 7);
    assert(neap_container_task(r.found[0].container) == r.found[0].task);
    assert(daemon_calls(&s->w, "Tasks/List") == 1);
    release_found(&r);
}

static void test_list_of_none(scene *s)
{
    reply r;

    server_fail(s->w.server, LIST, NEAP_OK, "");
    list(s, true, &r);
    assert(r.code == NEAP_OK && r.found_count == 0);
    release_found(&r);
}

static void test_list_fails(scene *s)
{
    reply r;

    server_fail(s->w.server, LIST, NEAP_INTERNAL, "no");
    list(s, false, &r);
    assert(r.code == NEAP_INTERNAL && r.found == NULL);
    add_record(s, "one", 1, true);
    daemon_fail(&s->w, "Tasks/List", NEAP_INTERNAL);
    list(s, true, &r);
    assert(r.code == NEAP_INTERNAL && r.found == NULL);
    assert(neap_container_known(s->client, "one") == NULL);
    server_answer(s->w.server, LIST, "\xff\xff\xff", 3);
    list(s, false, &r);
    assert(r.code == NEAP_INTERNAL && r.found == NULL); /* no message */
}

static void test_list_is_cancelled(scene *s)
{
    neap_request *req;
    reply r = { 0 };

    server_stream(s->w.server, LIST); /* and then nothing */
    req = neap_container_list(s->client, NULL, 0, true, reply_found, &r);
    while (server_open_calls(s->w.server, LIST) == 0)
        world_turn(&s->w);
    neap_request_cancel(req);
    neap_request_cancel(req);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED);
    add_record(s, "one", 1, true);
    daemon_hold(&s->w, "Tasks/List");
    r = (reply){ 0 };
    req = neap_container_list(s->client, NULL, 0, true, reply_found, &r);
    daemon_await(&s->w, "Tasks/List", 1);
    neap_request_cancel(req);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED && r.found == NULL);
    daemon_release(&s->w, "Tasks/List");
}

/* --- closing -------------------------------------------------------------- */

static void begin_all(neap_client *client, neap_container *c, reply *r)
{
    const neap_container_config config = { .id = "other" };

    neap_container_create(client, &config, reply_container, &r[0]);
    neap_container_load(client, "box", reply_container, &r[1]);
    neap_container_refresh(c, reply_done, &r[2]);
    neap_container_update(c, NULL, 0, reply_done, &r[3]);
    neap_container_delete(c, reply_done, &r[4]);
    neap_container_list(client, NULL, 0, true, reply_found, &r[5]);
}

static void test_close_at_any_turn(scene *s)
{
    enum { N = 6 };
    bool through = false;

    for (int turns = 0; !through; turns++) {
        neap_client *client = daemon_client(&s->w);
        neap_container *c = daemon_create(&s->w, client, "box", 1);
        reply r[N] = { { 0 } };
        int count = 0;

        daemon_answer(&s->w, "Containers/Get",
                      "{'container': {'id': 'box', 'created_at': 1}}");
        daemon_answer(&s->w, "Containers/Update",
                      "{'container': {'id': 'box', 'created_at': 1}}");
        add_record(s, "one", 1, true);
        begin_all(client, c, r);
        for (int i = 0; i < turns && count < N; i++) {
            world_turn(&s->w);
            count = 0;
            for (int j = 0; j < N; j++)
                count += r[j].count;
        }
        through = count == N;
        neap_client_close(client);
        for (int i = 0; i < N; i++) {
            reply_await(&s->w, &r[i]);
            assert(r[i].code == NEAP_OK || r[i].code == NEAP_CANCELLED ||
                   r[i].code == NEAP_NOT_FOUND);
            assert(r[i].code != NEAP_NOT_FOUND || i == 2 || i == 3);
            neap_container_unref(r[i].container);
        }
        release_found(&r[5]);
        neap_container_unref(c);
    }
}

/* --- the client ----------------------------------------------------------- */

static neap_code open_code(scene *s, const char *address)
{
    neap_client_config config = { .address = address, .ns = "test" };
    neap_error err = { 0 };
    neap_client *client = neap_client_open(s->w.loop, &config, &err);
    neap_code code = err.code;

    assert(client == NULL && err.message != NULL);
    neap_error_clear(&err);
    return code;
}

static void test_open(scene *s)
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
    assert(same(neap_client_address(s->client), s->w.socket));
    assert(same(neap_client_namespace(s->client), "test"));
    assert(neap_client_timeout(s->client) == 0);
}

static void on_value(void *arg, const neap_error *err, neap_value *value)
{
    reply_done(arg, err);
    neap_value_free(value);
}

#define VERSION "containerd.services.version.v1.Version/Version"

static void test_counted_and_traced(scene *s)
{
    char text[256] = "", path[64];
    reply r = { 0 };
    int fd;

    strcpy(path, world_path(&s->w, "trace"));
    fd = open(path, O_CREAT | O_RDWR, 0600);
    neap_client_trace(s->client, fd);
    assert(neap_client_count(s->client, NULL) == 0);
    server_answer(s->w.server, "/" VERSION, "", 0);
    neap_client_call(s->client, VERSION, NULL, NULL, on_value, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    assert(neap_client_count(s->client, VERSION) == 1);
    assert(neap_client_count(s->client, NULL) == 1);
    neap_client_trace(s->client, -1);
    r = (reply){ 0 };
    neap_client_call(s->client, VERSION, NULL, NULL, on_value, &r);
    reply_await(&s->w, &r);
    assert(pread(fd, text, sizeof text - 1, 0) > 0);
    assert(strchr(text, '\n') == text + strlen(text) - 1); /* one line */
    assert(strstr(text, "\"method\":\"" VERSION "\"") != NULL);
    assert(strstr(text, "\"code\":\"ok\"") != NULL);
    close(fd);
    unlink(path);
}

static void test_call_is_checked(scene *s)
{
    neap_value *wrong = neap_value_new_map();
    neap_error err = { 0 };
    reply r = { 0 };

    neap_client_call(s->client, "no.such/Method", NULL, NULL, on_value, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_INVALID_ARGUMENT);
    neap_value_put(wrong, "no_such_field", neap_value_new_int(1));
    r = (reply){ 0 };
    neap_client_call(s->client, VERSION, wrong, NULL, on_value, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_INVALID_ARGUMENT);
    assert(neap_exchange_open(s->client, VERSION, NULL, NULL, &err) == NULL);
    assert(err.code == NEAP_INVALID_ARGUMENT);
    neap_error_clear(&err);
    neap_value_free(wrong);
    assert(neap_client_count(s->client, NULL) == 0);
}

#define WRITE "/containerd.services.content.v1.Content/Write"

static void test_exchange(scene *s)
{
    neap_error err = { 0 };
    neap_exchange *x;
    neap_value *message = neap_value_new_map();
    reply read = { 0 }, written = { 0 };

    server_stream(s->w.server, WRITE);
    x = neap_exchange_open(s->client, WRITE + 1, NULL, NULL, &err);
    assert(x != NULL);
    neap_exchange_read(x, on_value, &read);
    neap_value_put(message, "ref", neap_value_new_bytes("r", 1));
    neap_exchange_write(x, message, reply_done, &written);
    reply_await(&s->w, &written);
    assert(written.code == NEAP_OK && read.count == 0);
    daemon_await(&s->w, "Content/Write", 1);
    assert(daemon_was_asked(&s->w, "Content/Write", "'ref':'r'"));
    neap_value_put(message, "no_such_field", neap_value_new_int(1));
    written = (reply){ 0 };
    neap_exchange_write(x, message, reply_done, &written);
    reply_await(&s->w, &written);
    assert(written.code == NEAP_INVALID_ARGUMENT);
    server_send(s->w.server, WRITE, "", 0);
    reply_await(&s->w, &read);
    assert(read.code == NEAP_OK);
    neap_exchange_end(x);
    server_end(s->w.server, WRITE, NEAP_ABORTED, "enough");
    read = (reply){ 0 };
    neap_exchange_read(x, on_value, &read);
    reply_await(&s->w, &read);
    assert(read.code == NEAP_ABORTED);
    neap_exchange_close(x);
    neap_exchange_close(NULL);
    neap_value_free(message);
}

/* It outlives its client, and tells that. */
static void test_exchange_of_closed_client(scene *s)
{
    neap_client *client = daemon_client(&s->w);
    neap_error err = { 0 };
    neap_exchange *x;
    reply read = { 0 };

    server_stream(s->w.server, WRITE);
    x = neap_exchange_open(client, WRITE + 1, NULL, NULL, &err);
    neap_exchange_read(x, on_value, &read);
    neap_client_close(client);
    reply_await(&s->w, &read);
    assert(read.code == NEAP_CANCELLED);
    neap_exchange_close(x);
    client = daemon_client(&s->w);
    neap_client_ref(client);
    neap_client_close(client);
    assert(neap_exchange_open(client, WRITE + 1, NULL, NULL, &err) == NULL);
    assert(err.code == NEAP_CANCELLED);
    neap_error_clear(&err);
    read = (reply){ 0 };
    neap_client_call(client, VERSION, NULL, NULL, on_value, &read);
    reply_await(&s->w, &read);
    assert(read.code == NEAP_CANCELLED);
    neap_client_unref(client);
}

/* --- all, in both modes --------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(scene *s);
} tests[] = {
    { "a record is created, and read without asking", test_create },
    { "a record that is not created gives no handle", test_create_fails },
    { "a bare record is read", test_bare_record },
    { "replies that lack their record are refused", test_empty_replies },
    { "a record has one handle", test_one_handle },
    { "another record has another", test_another_record },
    { "a record is read anew", test_refresh },
    { "labels are merged", test_update },
    { "a record with a task is not deleted", test_delete_known },
    { "what is not known is asked before", test_delete_unknown },
    { "a deletion by somebody else is heard", test_deleted_by_another },
    { "records are listed", test_list },
    { "records are listed with their tasks", test_list_with_tasks },
    { "no records are listed", test_list_of_none },
    { "a list that fails releases what it found", test_list_fails },
    { "a list can be cancelled", test_list_is_cancelled },
    { "closing at any turn answers once", test_close_at_any_turn },
    { "a client needs somebody who listens", test_open },
    { "calls are counted and traced", test_counted_and_traced },
    { "calls are checked before they are sent", test_call_is_checked },
    { "any stream can be exchanged", test_exchange },
    { "an exchange ends with its client", test_exchange_of_closed_client },
};

int main(void)
{
    static const char *const modes[] = { "driven", "hosted" };
    scene s;

    for (int mode = 0; mode < 2; mode++)
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
            scene_open(&s, mode == 0 ? NEAP_LOOP_DRIVEN : NEAP_LOOP_HOSTED);
            tests[i].run(&s);
            scene_close(&s);
            printf("ok - %s, %s\n", tests[i].name, modes[mode]);
            fflush(stdout);
        }
    return 0;
}
