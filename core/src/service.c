#include "service.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "neap/service.h"
#include "near.h"

static bool
unknown(const char *what, const near *guess, const char *op, neap_error *err)
{
    if (guess->best != NULL)
        neap_error_set(err, NEAP_INVALID_ARGUMENT, op,
                       "unknown %s \"%s\"; did you mean \"%s\"?", what,
                       guess->word, guess->best);
    else
        neap_error_set(err, NEAP_INVALID_ARGUMENT, op, "unknown %s \"%s\"",
                       what, guess->word);
    return false;
}

/* Offers are for a word that is not there: comparing spellings takes time. */
static const ProtobufCServiceDescriptor *find_service(near *guess)
{
    const ProtobufCServiceDescriptor *service;

    for (size_t i = 0; (service = registry_service_at(i)) != NULL; i++)
        if (strcmp(service->name, guess->word) == 0)
            return service;
    for (size_t i = 0; (service = registry_service_at(i)) != NULL; i++)
        near_offer(guess, service->name);
    return NULL;
}

static const ProtobufCMethodDescriptor *
find_method(const ProtobufCServiceDescriptor *service, near *guess)
{
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(service, guess->word);

    for (unsigned i = 0; method == NULL && i < service->n_methods; i++)
        near_offer(guess, service->methods[i].name);
    return method;
}

static method_kind kind_of(const char *service, const char *method)
{
    char *path = xasprintf("%s/%s", service, method);
    method_kind kind = registry_method_kind(path);

    free(path);
    return kind;
}

static bool find(const char *service_name,
                 const char *method_name,
                 const char *op,
                 service_method *found,
                 neap_error *err)
{
    near service_guess = { service_name, NULL, 0 };
    near method_guess = { method_name, NULL, 0 };
    const ProtobufCServiceDescriptor *service = find_service(&service_guess);
    const ProtobufCMethodDescriptor *method;

    if (service == NULL)
        return unknown("service", &service_guess, op, err);
    method = find_method(service, &method_guess);
    if (method == NULL)
        return unknown("method", &method_guess, op, err);
    *found = (service_method){
        .service = service->name,
        .name = method->name,
        .kind = kind_of(service->name, method->name),
        .input = method->input,
        .output = method->output,
    };
    return true;
}

bool service_find_method(const char *path,
                         const char *op,
                         service_method *method,
                         neap_error *err)
{
    const char *begin = path[0] == '/' ? path + 1 : path;
    const char *slash = strrchr(begin, '/');
    char *service;
    bool found;

    if (slash == NULL) {
        neap_error_set(err, NEAP_INVALID_ARGUMENT, op,
                       "\"%s\" is not package.Service/Method", path);
        return false;
    }
    service = xstrndup(begin, (size_t)(slash - begin));
    found = find(service, slash + 1, op, method, err);
    free(service);
    return found;
}

static void put_text(neap_value *map, const char *key, const char *text)
{
    neap_value_put(map, key, neap_value_new_bytes(text, strlen(text)));
}

static void list_method(neap_value *methods,
                        const char *service,
                        const ProtobufCMethodDescriptor *method)
{
    static const char *const kinds[] = {
        [METHOD_UNARY] = "unary",
        [METHOD_SERVER_STREAM] = "server",
        [METHOD_BIDI_STREAM] = "bidi",
    };
    neap_value *entry = neap_value_append(methods, neap_value_new_map());
    char *path = xasprintf("%s/%s", service, method->name);

    put_text(entry, "name", method->name);
    put_text(entry, "path", path);
    put_text(entry, "kind", kinds[registry_method_kind(path)]);
    put_text(entry, "input", method->input->name);
    put_text(entry, "output", method->output->name);
    free(path);
}

neap_value *neap_service_list(void)
{
    neap_value *list = neap_value_new_list();
    const ProtobufCServiceDescriptor *service;

    for (size_t i = 0; (service = registry_service_at(i)) != NULL; i++) {
        neap_value *entry = neap_value_append(list, neap_value_new_map());
        neap_value *methods;

        put_text(entry, "name", service->name);
        methods = neap_value_put(entry, "methods", neap_value_new_list());
        for (unsigned k = 0; k < service->n_methods; k++)
            list_method(methods, service->name, &service->methods[k]);
    }
    return list;
}
