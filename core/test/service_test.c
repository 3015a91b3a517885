#include "service.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "neap/service.h"

#define TASKS "containerd.services.tasks.v1.Tasks"

static service_method must_find(const char *path)
{
    neap_error err = { 0 };
    service_method method;

    assert(service_find_method(path, "test", &method, &err));
    assert(err.code == NEAP_OK);
    return method;
}

static void test_finds(void)
{
    service_method method = must_find(TASKS "/Create");

    assert(strcmp(method.service, TASKS) == 0);
    assert(strcmp(method.name, "Create") == 0);
    assert(method.kind == METHOD_UNARY);
    assert(strcmp(method.input->name,
                  "containerd.services.tasks.v1.CreateTaskRequest") == 0);
    assert(strcmp(method.output->short_name, "CreateTaskResponse") == 0);
    assert(must_find("/" TASKS "/Kill").kind == METHOD_UNARY);
    printf("ok - service: a method is found by its path\n");
}

static void test_kinds(void)
{
    static const char *const streams[] = {
        "containerd.services.containers.v1.Containers/ListStream",
        "containerd.services.content.v1.Content/List",
        "containerd.services.content.v1.Content/Read",
        "containerd.services.events.v1.Events/Subscribe",
        "containerd.services.snapshots.v1.Snapshots/List",
        "grpc.health.v1.Health/Watch",
    };

    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        assert(must_find(streams[i]).kind == METHOD_SERVER_STREAM);
    assert(must_find("containerd.services.content.v1.Content/Write").kind ==
           METHOD_BIDI_STREAM);
    assert(must_find("containerd.services.content.v1.Content/Info").kind ==
           METHOD_UNARY);
    printf("ok - service: streams are known as such\n");
}

static void refuse(const char *path, const char *word)
{
    neap_error err = { 0 };
    service_method method;

    assert(!service_find_method(path, "test.op", &method, &err));
    assert(err.code == NEAP_INVALID_ARGUMENT);
    assert(strcmp(err.op, "test.op") == 0);
    assert(strstr(err.message, word) != NULL);
    neap_error_clear(&err);
}

static void test_refuses(void)
{
    refuse(TASKS "/Creat", "did you mean \"Create\"");
    refuse("containerd.services.task.v1.Tasks/Create", "did you mean \"" TASKS);
    refuse(TASKS "/Transmogrify", "unknown method \"Transmogrify\"");
    refuse("x.Y/Z", "unknown service \"x.Y\"");
    refuse("Create", "package.Service/Method");
    refuse("", "package.Service/Method");
    refuse("/", "package.Service/Method");
    refuse(TASKS "/", "unknown method");
    printf("ok - service: an unknown method is refused with what was meant\n");
}

static void test_lists(void)
{
    neap_value *list = neap_service_list();
    size_t methods = 0;

    for (size_t i = 0; i < neap_value_count(list); i++) {
        const neap_value *service = neap_value_item(list, i);

        methods += neap_value_count(neap_value_find(service, "methods"));
    }
    assert(neap_value_count(list) == 12 && methods == 68);
    neap_value_free(list);
    printf("ok - service: %zu methods of 12 services are listed\n", methods);
}

int main(void)
{
    test_finds();
    test_kinds();
    test_refuses();
    test_lists();
    return 0;
}
