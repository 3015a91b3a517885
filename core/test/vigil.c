#include "vigil.h"

#include <assert.h>
#include <stdio.h>

static void vigil_open(vigil *v)
{
    world_open(&v->w, NEAP_LOOP_DRIVEN);
    v->client = daemon_client(&v->w);
    v->box = daemon_create(&v->w, v->client, "box", 1);
    v->task = NULL;
    daemon_await_subscription(&v->w);
}

static void vigil_close(vigil *v)
{
    neap_process_unref(v->task);
    neap_container_unref(v->box);
    daemon_leave(&v->w, v->client);
    world_close(&v->w);
}

void vigil_start(vigil *v)
{
    v->task = daemon_start(&v->w, v->box);
}

void vigil_tell_start(vigil *v)
{
    daemon_event(&v->w, "/tasks/create", "TaskCreate",
                 "{'container_id': 'box', 'pid': 7}");
    daemon_event(&v->w, "/tasks/start", "TaskStart",
                 "{'container_id': 'box', 'pid': 7}");
}

neap_task *
vigil_adopt(vigil *v, const char *id, int pid, neap_container **container)
{
    reply c = { 0 }, t = { 0 };

    daemon_answer(&v->w, "Containers/Get",
                  "{'container': {'id': '%s', 'created_at': 5}}", id);
    neap_container_load(v->client, id, reply_container, &c);
    reply_await(&v->w, &c);
    daemon_answer(&v->w, "Tasks/Get",
                  "{'process': {'id': '%s', 'pid': %d, 'status': 'RUNNING'}}",
                  id, pid);
    neap_task_load(c.container, NULL, reply_process, &t);
    reply_await(&v->w, &t);
    assert(t.code == NEAP_OK);
    *container = c.container;
    return t.process;
}

void vigil_be_heard(vigil *v)
{
    daemon_be_heard(&v->w, v->client);
}

void vigil_list(vigil *v, const char *id, int pid, const char *status, int code)
{
    daemon_answer(&v->w, "Tasks/List",
                  "{'tasks': [{'id': '%s', 'pid': %d, 'status': '%s',"
                  " 'exit_status': %d, 'exited_at': 2000}]}",
                  id, pid, status, code);
}

int vigil_run(const vigil_test *tests, size_t count)
{
    vigil v;

    for (size_t i = 0; i < count; i++) {
        vigil_open(&v);
        tests[i].run(&v);
        vigil_close(&v);
        printf("ok - %s\n", tests[i].name);
        fflush(stdout);
    }
    return 0;
}
