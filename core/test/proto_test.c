#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "registry.h"

/*
 * scripts/check-proto compares proto/ with the originals that Debian ships. Of
 * hcsshim there is none: its numbers are here, from its sources.
 */
typedef struct row {
    unsigned number;
    const char *name;
    ProtobufCType type;
} row;

static void has(const char *name, const row *rows, unsigned count)
{
    const ProtobufCMessageDescriptor *type = registry_message(name);

    assert(type != NULL && type->n_fields == count);
    for (unsigned i = 0; i < count; i++) {
        assert(type->fields[i].id == rows[i].number);
        assert(strcmp(type->fields[i].name, rows[i].name) == 0);
        assert(type->fields[i].type == rows[i].type);
    }
    printf("ok - proto: %s has hcsshim's %u fields\n", name, count);
}

#define BOOL    PROTOBUF_C_TYPE_BOOL
#define STRING  PROTOBUF_C_TYPE_STRING
#define ENUM    PROTOBUF_C_TYPE_ENUM
#define INT32   PROTOBUF_C_TYPE_INT32
#define UINT32  PROTOBUF_C_TYPE_UINT32
#define UINT64  PROTOBUF_C_TYPE_UINT64
#define MESSAGE PROTOBUF_C_TYPE_MESSAGE

static const row options[] = {
    { 1, "debug", BOOL },
    { 2, "debug_type", ENUM },
    { 3, "registry_root", STRING },
    { 4, "sandbox_image", STRING },
    { 5, "sandbox_platform", STRING },
    { 6, "sandbox_isolation", ENUM },
    { 7, "boot_files_root_path", STRING },
    { 8, "vm_processor_count", INT32 },
    { 9, "vm_memory_size_in_mb", INT32 },
    { 10, "GPUVHDPath", STRING },
    { 11, "scale_cpu_limits_to_sandbox", BOOL },
    { 12, "default_container_scratch_size_in_gb", INT32 },
    { 13, "default_vm_scratch_size_in_gb", INT32 },
    { 14, "share_scratch", BOOL },
    { 15, "NCProxyAddr", STRING },
    { 16, "log_level", STRING },
    { 17, "io_retry_timeout_in_sec", INT32 },
    { 18, "default_container_annotations", MESSAGE },
    { 19, "no_inherit_host_timezone", BOOL },
    { 20, "scrub_logs", BOOL },
};

static const row details[] = {
    { 1, "image_name", STRING },
    { 2, "created_at", MESSAGE },
    { 3, "kernel_time_100_ns", UINT64 },
    { 4, "memory_commit_bytes", UINT64 },
    { 5, "memory_working_set_private_bytes", UINT64 },
    { 6, "memory_working_set_shared_bytes", UINT64 },
    { 7, "process_id", UINT32 },
    { 8, "user_time_100_ns", UINT64 },
    { 9, "exec_id", STRING },
};

int main(void)
{
    has("containerd.runhcs.v1.Options", options,
        sizeof options / sizeof *options);
    has("containerd.runhcs.v1.ProcessDetails", details,
        sizeof details / sizeof *details);
    return 0;
}
