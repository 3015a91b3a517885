#ifndef LATE_H
#define LATE_H

#include "scene.h"

/*
 * Answers that come late: each is held back until the events that overtake it
 * were heard.
 */

/* The state of the box's task, as Get and List tell it. */
#define BOX(pid, status)                                                       \
    "{'id': 'box', 'pid': " #pid ", 'status': '" status "'}"

/* Tell /tasks/`what`, an event of that type, of the task with that pid. */
void late_tell(scene *s, const char *what, const char *type, int pid);

/* Tell that it was "paused" or "resumed". */
void late_tell_pause(scene *s, const char *what);

/* What the state of a process is, where it is asked for. */
void late_get_says(scene *s, const char *process);

/* What tasks are listed. */
void late_list_says(scene *s, const char *process);

/* Ask for the box's task; its state is `process`, and kept back. */
void late_ask(scene *s, reply *r, const char *process);

/* Give the answer, behind all that was told. Owned. */
neap_process *late_answered(scene *s, reply *r);

/* Both at once. Owned. */
neap_task *late_found(scene *s, const char *process);

/* List all containers with their tasks, and keep the tasks back. */
void late_restore(scene *s, reply *r, const char *process);

/* Give that list, behind all that was told. Its task; owned. */
neap_task *late_restored(scene *s, reply *r);

/* The status of a process, which may be asked for. */
neap_status late_status_of(scene *s, neap_process *p);

/* It is answered, and the events alone have told. */
void late_expect_exit(scene *s, neap_process *p, uint32_t code);

/* The subscription breaks, and there is another. */
void late_break(scene *s);

#endif
