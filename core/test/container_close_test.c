/* Closing the client, whatever its records are at. */
#include <assert.h>

#include "container.h"
#include "session.h"

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

static void test_close_at_any_turn(session *s)
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
        session_add_record(s, "one", 1, true);
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
        session_release(&r[5]);
        neap_container_unref(c);
    }
}

static const session_test tests[] = {
    { "closing at any turn answers once", test_close_at_any_turn },
};

int main(void)
{
    return session_run(tests, sizeof tests / sizeof *tests);
}
