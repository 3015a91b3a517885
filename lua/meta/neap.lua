---@meta

-- What a script sees and no function of lua/neap declares: the tables it gives
-- and gets, and the fields of handles. For editors and readers, never loaded.

--- What is loaded when it is first touched.
---@class neap
---@field json table           encode, decode, array, is_array, null, uint
---@field log table            error, warn, info, debug, trace; level, sink
---@field sink table           lines, file, tail; block, drop, spill
---@field source table         string
---@field pipe async fun(...: neap.Process|neap.Stage): neap.Exit[]?, neap.Error?
---@field engine table         start, stop, status: the embedded containerd
---@field policy fun(fn: neap.policy.Function, options?: table): neap.policy.Handle
---@field platform { linux: table, windows: table }
---@field version string
---@field on_signal fun(name: string, fn: async fun())  in the program only

--- --- what is given ---------------------------------------------------------

---@alias neap.Output
---| "null" | "inherit" | "pipe"
---| string                     # a path with a "/": appended to
---| async fun(bytes: string?)  # nil at the end
---| neap.Sink
---| neap.Stream                # another process's input
---| neap.Output[]              # each gets every byte

---@alias neap.Input
---| "null" | "inherit" | "pipe"
---| string                     # a path with a "/"
---| async fun(): string|number|nil, any  # nil at the end; nil and an error
---| table                      # of neap.source
---| neap.Stream                # another process's output

---@class neap.Io
---@field stdin? neap.Input
---@field stdout? neap.Output
---@field stderr? neap.Output|"stdout"
---@field drain? number  seconds that output may take after the exit

---@class neap.StartIo: neap.Io
---@field checkpoint? string  the directory to start from

--- Of `task:exec`.
---@class neap.ExecConfig: neap.Io
---@field id? string
---@field args string[]
---@field env? string[]|table<string, string>
---@field env_file? string|string[]  paths of files, as docker's
---@field cwd? string
---@field user? integer|string  1000, "1000:100", "name", "name:group"
---@field groups? (integer|string)[]  beside the user's own
---@field terminal? boolean
---@field console_size? { width: integer, height: integer }  of the terminal, at first

--- Limits, by docker's names or OCI's; also of `task:update`.
---@class neap.Limits
---@field memory? string|integer|table
---@field memory_swap? string|integer
---@field memory_reservation? string|integer
---@field memory_swappiness? integer  0 to 100; cgroup v1 alone
---@field oom_kill_disable? boolean   cgroup v1 alone
---@field cpus? number  0.01 to what the machine has
---@field cpu? table
---@field cpu_shares? integer
---@field cpu_period? integer  microseconds
---@field cpu_quota? integer   microseconds; -1: any
---@field cpu_rt_period? integer   microseconds; cgroup v1 alone
---@field cpu_rt_runtime? integer
---@field cpuset_cpus? string  "0-2,4"
---@field cpuset_mems? string
---@field pids? integer|table  -1: any number
---@field blkio_weight? integer  10 to 1000
---@field blkio_weight_device? (string|{ path: string, weight: integer })[]  "/dev/sda:300"
---@field device_read_bps? (string|{ path: string, rate: string|integer })[]  "/dev/sda:1mb"
---@field device_write_bps? (string|{ path: string, rate: string|integer })[]
---@field device_read_iops? (string|{ path: string, rate: integer })[]
---@field device_write_iops? (string|{ path: string, rate: integer })[]
---@field blockIO? table
---@field hugepages? table<string, string|integer>  { ["2MB"] = "64m" }
---@field hugepageLimits? table
---@field unified? table<string, string>  cgroup v2's files
---@field rdma? table

--- Of `client:create`. Exactly one of image and rootfs, unless spec is whole.
---@class neap.Config: neap.Limits
---@field log? string|neap.LogSettings  a driver's name, or a table
---@field id? string
---@field image? string
---@field rootfs? string
---@field args? string[]
---@field entrypoint? string[]
---@field env? string[]|table<string, string>
---@field env_file? string|string[]
---@field cwd? string
---@field user? integer|string
---@field groups? (integer|string)[]  beside the user's own
---@field terminal? boolean
---@field mounts? (string|table)[]  "src:dst[:ro]", docker's words, or OCI's
---@field tmpfs? string|string[]|table<string, string>  "/run:size=64m", or by target
---@field hostname? string
---@field domainname? string
---@field labels? table<string, string>
---@field annotations? table<string, string>
---@field mounts? (string|table)[]  "src:dst[:ro]", or OCI's
---@field network? string  "none", "host", "container:ID"
---@field rootfs_overlay? boolean  leave the rootfs as it is: write to an overlay
---@field readonly? boolean
---@field cap_add? string[]
---@field cap_drop? string[]
---@field no_new_privileges? boolean
---@field privileged? boolean
---@field apparmor? "unconfined"|string  a loaded profile
---@field selinux? "disable"|table  { user=, role=, type=, level=, filetype= }
---@field seccomp? "unconfined"|"builtin"|string|table  a file, or what would be in it
---@field masked_paths? string[]
---@field readonly_paths? string[]
---@field sysctl? table<string, string>
---@field ulimits? table  { nofile = 1024, core = { soft = 0, hard = -1 } }, "nofile=1024:2048"
---@field devices? (string|{ host: string, path: string?, permissions: string? })[]  docker's
---                          "/dev/sda:/dev/xvda:rwm", a directory's, CDI's "vendor/class=name"
---@field device_cgroup_rules? string[]  "c 13:* rwm"
---@field shm_size? string|integer
---@field oom_score_adj? integer
---@field pid? string  "private", "host", "container:ID"
---@field ipc? string  "private", "none", "host", "container:ID"
---@field uts? string  "private", "host", "container:ID"
---@field cgroupns? string  "host", "private", "container:ID"
---@field userns? table|string  { uid_mappings=, gid_mappings= }, "host", "container:ID"
---@field runtime? string
---@field runtime_options? table
---@field stop_signal? string|integer
---@field stop_timeout? number  seconds until KILL, where stop says none; 10
---@field init? boolean|string  true: tini is process 1; or the path of another
---@field spec? table|fun(spec: table): table?

--- Of `client:run`.
---@class neap.RunConfig: neap.Config, neap.Io
---@field timeout? number|false
---@field limit? string|integer  of each captured output; 16m

--- --- what is got -----------------------------------------------------------

---@class neap.Exit
---@field code integer
---@field signal? integer     where 1 <= code - 128 <= 64
---@field time? number        seconds since 1970; nil: not known
---@field truncated? string   why output is missing, or input: "limit" of client:run's
--- strings; "drain", a stream was held open beyond that; "dropped", who watches a log was
--- too slow, or its logger was killed; or the errno of who should take it: "ENOSPC"
---@field lost? boolean       the shim died; the code is containerd's guess

---@class neap.Event
---@field topic string        "/tasks/exit"
---@field time number
---@field id? string          of the container
---@field process? string     of the exec; the container's id for its task
---@field pid? integer
---@field code? integer
---@field container? neap.Container  the handle, where this client has one
---@field data? table         the event's own message
---@field synthetic? boolean  found by a resync, not heard
---@field dropped? integer    how many before it were dropped

---@class neap.Container
---@field id string
---@field labels table<string, string>
---@field image string
---@field runtime string
---@field snapshot_key string
---@field spec? table         decoded anew at each look
---@field status string       of its task; "none" without one
---@field created_at number   seconds since 1970
---@field extensions table<string, neap.Any>  what its maker noted with the record

---@class neap.Task
---@field id string
---@field pid integer         0 before the start and after the deletion
---@field container neap.Container
---@field stdin? neap.Stream  where it is a "pipe"
---@field stdout? neap.Stream
---@field stderr? neap.Stream
local Task = {}

--- The pids of all processes in the container.
---@async
---@return integer[]? pids
---@return neap.Error? err
function Task:pids() end

---@async
---@return { pid: integer, exec_id: string? }[]? processes
---@return neap.Error? err
function Task:processes() end

--- Rows about the processes, for people.
---@async
---@return table[]? rows
---@return neap.Error? err
function Task:summary() end

---@async
---@return table? stats
---@return neap.Error? err
function Task:stats() end

---@async
---@param limits neap.Limits
---@return true? ok
---@return neap.Error? err
function Task:update(limits) end

---@class neap.Process
---@field id string
---@field pid integer
---@field container neap.Container
---@field stdin? neap.Stream
---@field stdout? neap.Stream
---@field stderr? neap.Stream

--- A service of containerd's: its RPCs in snake_case. Calls the unary ones, opens
--- a stream for others.
---@class neap.Service
---@field [string] async fun(self: neap.Service, request?: table, options?: table): any, neap.Error?

---@class neap.Client
---@field volumes neap.Volumes  directories that outlive containers
---@field content neap.Service
---@field diff neap.Service
---@field images neap.Service
---@field introspection neap.Service
---@field leases neap.Service
---@field namespaces neap.Service
---@field snapshots neap.Service
---@field tasks neap.Service
---@field version neap.Service
