#include "change.h"

#include <stddef.h>
#include <string.h>

#define CONTAINERS "/containerd.services.containers.v1.Containers/"
#define TASKS      "/containerd.services.tasks.v1.Tasks/"

static const char *const changes[] = {
    CONTAINERS "Create", CONTAINERS "Update",   CONTAINERS "Delete",
    TASKS "Create",      TASKS "Start",         TASKS "Delete",
    TASKS "Exec",        TASKS "DeleteProcess",
};

bool change_is_one(const char *path)
{
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (strcmp(changes[i], path) == 0)
            return true;
    return false;
}
