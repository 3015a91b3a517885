/* Records: one handle for each, and what is read of them. */
#include <assert.h>
#include <string.h>

#include "container.h"
#include "session.h"

static neap_code refresh(session *s, neap_container *c)
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

static void test_create(session *s)
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

static void test_create_fails(session *s)
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
static void test_bare_record(session *s)
{
    neap_container *c = session_load(s, "bare", 1);

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
static void test_empty_replies(session *s)
{
    const neap_container_config config = { .id = "box" };
    neap_container *c = session_load(s, "box", 1);
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

static void test_one_handle(session *s)
{
    neap_container *created = daemon_create(&s->w, s->client, "box", 1);
    neap_container *loaded = session_load(s, "box", 1);
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
    again = session_load(s, "box", 1); /* nobody held it: a new one */
    assert(!neap_container_is_gone(again));
    neap_container_unref(again);
}

static void test_another_record(session *s)
{
    neap_container *first = daemon_create(&s->w, s->client, "box", 1);
    neap_container *second = session_load(s, "box", 2);
    neap_container *third;

    assert(first != second);
    assert(neap_container_is_gone(first) && !neap_container_is_gone(second));
    assert(neap_container_known(s->client, "box") == second);
    assert(refresh(s, first) == NEAP_NOT_FOUND);
    assert(session_delete(s, first) ==
           NEAP_NOT_FOUND); /* not the second one! */
    assert(daemon_calls(&s->w, "Containers/Delete") == 0);
    daemon_answer(&s->w, "Containers/Get",
                  "{'container': {'id': 'box', 'created_at': 3}}");
    assert(refresh(s, second) == NEAP_NOT_FOUND);
    assert(neap_container_is_gone(second));
    assert(neap_container_known(s->client, "box") == NULL);
    third = session_load(s, "box", 3);
    neap_container_unref(second);
    neap_container_unref(first);
    assert(neap_container_known(s->client, "box") == third);
    neap_container_unref(third);
}

static void test_refresh(session *s)
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

static neap_code update(session *s, neap_container *c)
{
    const neap_label labels[] = { { "set", "1" }, { "cut", NULL } };
    reply r = { 0 };

    neap_request_cancel(neap_container_update(c, labels, 2, reply_done, &r));
    reply_await(&s->w, &r);
    return r.code;
}

static void test_update(session *s)
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

static const session_test tests[] = {
    { "a record is created, and read without asking", test_create },
    { "a record that is not created gives no handle", test_create_fails },
    { "a bare record is read", test_bare_record },
    { "replies that lack their record are refused", test_empty_replies },
    { "a record has one handle", test_one_handle },
    { "another record has another", test_another_record },
    { "a record is read anew", test_refresh },
    { "labels are merged", test_update },
};

int main(void)
{
    return session_run(tests, sizeof tests / sizeof *tests);
}
