---@meta

-- The raw calls of neap.core on containerd's objects. Scripts use the methods
-- that lua/neap puts on top of them; these check types and decide nothing.

---@class neap.core
local core = {}

---@class neap.Any
---@field type_url string
---@field value string  bytes

---@class neap.core.End
---@field kind "null"|"pipe"|"capture"|"fd"|"file"
---@field path? string     of the FIFO
---@field file? string     "file"
---@field fd? integer      "fd"
---@field limit? integer   "capture", in bytes
---@field holds? boolean   "pipe": the wait lasts until stream_done
---@field policy? "block"|"drop"|"spill"  outputs: when it holds too much
---@field buffer? integer       how much it may hold, in bytes
---@field spill_dir? string     "spill": where the file is made
---@field spill_limit? integer  how large that may be
---@field more? neap.core.End[]  outputs: consumers beside this one, without path

---@class neap.core.Io
---@field stdin? neap.core.End
---@field stdout? neap.core.End
---@field stderr? neap.core.End
---@field terminal? boolean
---@field adopt? boolean  the FIFOs exist
---@field drain? number   seconds

--- --- clients ---------------------------------------------------------------

---@class neap.Client
local Client = {}

---@class neap.core.ClientConfig
---@field address string
---@field namespace string
---@field timeout? number
---@field grace? number
---@field linger? number  how long changes in flight may go on once it is closed

--- Open a client; nothing is sent.
---@param config neap.core.ClientConfig
---@return neap.Client? client
---@return neap.Error? err
function core.connect(config) end

--- Close it: what waits answers `cancelled`. A change that was sent goes on, but
--- nobody hears what comes of it. Idempotent.
---@return true
function Client:close() end

---@return boolean
function Client:is_closed() end

--- Where containerd's socket is.
---@return string
function Client:address() end

---@return string
function Client:namespace() end

--- Call any unary RPC of containerd's.
---@param method string  "containerd.services.tasks.v1.Tasks/List"
---@param request? table
---@param options? { timeout: number?, headers: table<string, string>? }
---@return table? reply
---@return neap.Error? err
function Client:call(method, request, options) end

--- Open any streaming RPC of containerd's.
---@param method string
---@param request? table  of a method that streams only its replies
---@param options? { timeout: number?, headers: table<string, string>? }
---@return neap.Exchange? stream
---@return neap.Error? err
function Client:stream(method, request, options) end

--- Calls started so far, of one method or of any.
---@param method? string
---@return integer
function Client:count(method) end

--- Write each call that ends to a descriptor, a line of JSON each; -1: stop.
---@param fd integer
function Client:trace(fd) end

--- A streaming RPC; calling it reads, so `for message in stream do` works.
---@class neap.Exchange
local Exchange = {}

---@param options? { timeout: number? }
---@return table? message  nil at the end
---@return neap.Error? err
function Exchange:read(options) end

---@param message table
---@return true? ok
---@return neap.Error? err
function Exchange:write(message) end

--- Say that no message follows.
function Exchange:finish() end

function Exchange:close() end

--- A message of containerd's as bytes, and back.
---@param type string  its name, or a type_url
---@param value table
---@return string? bytes
---@return neap.Error? err
function core.encode(type, value) end

---@param type string
---@param bytes string
---@return table? value
---@return neap.Error? err
function core.decode(type, bytes) end

--- --- containers ------------------------------------------------------------

---@class neap.core.ContainerConfig
---@field id string
---@field image? string
---@field runtime? string
---@field runtime_options? neap.Any
---@field spec? neap.Any
---@field snapshotter? string
---@field snapshot_key? string
---@field labels? table<string, string>
---@field extensions? table<string, neap.Any>

---@param client neap.Client
---@param config neap.core.ContainerConfig
---@return neap.Container? container
---@return neap.Error? err
function core.container_create(client, config) end

---@param client neap.Client
---@param id string
---@return neap.Container? container
---@return neap.Error? err
function core.container_load(client, id) end

---@param client neap.Client
---@param filters? string[]
---@param tasks boolean  with their tasks, for one call more
---@return table[]? pairs  { container, task? }
---@return neap.Error? err
function core.container_list(client, filters, tasks) end

--- The handle that is there already, without asking.
---@param client neap.Client
---@param id string
---@return neap.Container?
function core.container_known(client, id) end

---What a record says, by the field's name.
---@type table<string, fun(container: neap.Container): any>
core.container_fields = {}

--- Are these the bytes of its spec?
---@param container neap.Container
---@param bytes string
---@return boolean
function core.container_has_spec(container, bytes) end

---@param container neap.Container
---@return neap.Client
function core.container_client(container) end

--- The task that this client knows of, without asking.
---@param container neap.Container
---@return neap.Task?
function core.container_task(container) end

---@param container neap.Container
---@return true? ok
---@return neap.Error? err
function core.container_refresh(container) end

---@param container neap.Container
---@param labels table<string, string|false>
---@return true? ok
---@return neap.Error? err
function core.container_update(container, labels) end

---@param container neap.Container
---@return true? ok
---@return neap.Error? err
function core.container_delete(container) end

--- --- processes -------------------------------------------------------------

---@param container neap.Container
---@param config { io: neap.core.Io, options: neap.Any?, rootfs: table[]?, checkpoint: table? }
---@return neap.Task? task
---@return neap.Error? err
function core.task_start(container, config) end

---@param container neap.Container
---@param io? neap.core.Io
---@return neap.Task? task
---@return neap.Error? err
function core.task_load(container, io) end

---@param task neap.Task
---@param config { id: string, spec: neap.Any, io: neap.core.Io }
---@return neap.Process? process
---@return neap.Error? err
function core.task_exec(task, config) end

---@param task neap.Task
---@param id string
---@param io? neap.core.Io
---@return neap.Process? process
---@return neap.Error? err
function core.task_process(task, id, io) end

---@param process neap.Process
---@param io neap.core.Io
---@return true? ok
---@return neap.Error? err
function core.process_attach(process, io) end

---@return string
function core.process_id(process) end

---@return integer
function core.process_pid(process) end

---@return boolean
function core.is_task(process) end

---@return neap.Container
function core.process_container(process) end

--- What is known without asking: id, pid, status, gone, vanished (others deleted it),
--- terminal, and the paths of its FIFOs.
---@return table
function core.process_info(process) end

---@param process neap.Process
---@param which 0|1|2
---@param nth? integer  of an output's consumers; default 1
---@return neap.Stream?
function core.process_stream(process, which, nth) end

---@param process neap.Process
---@param options? { timeout: number? }
---@return neap.Exit? exit
---@return neap.Error? err
function core.process_wait(process, options) end

---@param process neap.Process
---@param signal integer
---@param all boolean
---@return true? ok
---@return neap.Error? err
function core.process_kill(process, signal, all) end

---@param process neap.Process
---@param width integer
---@param height integer
---@return true? ok
---@return neap.Error? err
function core.process_resize(process, width, height) end

---@param process neap.Process
---@return neap.Exit|true|nil exit  true: an exec that never ran
---@return neap.Error? err
function core.process_delete(process) end

---@class neap.Task
local Task = {}

--- "created", "running", "pausing", "paused", "stopped", "unknown".
---@return string? status
---@return neap.Error? err
function Task:status() end

---@return true? ok
---@return neap.Error? err
function Task:pause() end

---@return true? ok
---@return neap.Error? err
function Task:resume() end

---@class neap.Process
local Process = {}

---@return string? status
---@return neap.Error? err
function Process:status() end

--- --- streams ---------------------------------------------------------------

---@class neap.Stream
local Stream = {}

--- Input: the process sees the end. Output: read no more. Idempotent.
---@return true
function Stream:close() end

---@return boolean
function Stream:is_closed() end

--- Does it come from a process? Else it goes to one.
---@return boolean
function Stream:is_output() end

---@param stream neap.Stream
---@param options? { timeout: number? }
---@return string? chunk  nil at the end
---@return neap.Error? err
function core.stream_read(stream, options) end

---@param stream neap.Stream
---@param bytes string
---@param options? { timeout: number? }
---@return true? ok
---@return neap.Error? err
function core.stream_write(stream, bytes, options) end

--- Move all bytes of an output into an input, and end that once. The output has what
--- was not taken, where it fails.
---@param output neap.Stream
---@param input neap.Stream
---@param options? { timeout: number? }
---@return integer? count  of bytes
---@return neap.Error? err  `failed_precondition`: the input has ended
function core.stream_connect(output, input, options) end

--- One consumer more of an output, which gets what comes from now on.
---@param output neap.Stream
---@param how { policy: string?, buffer: integer?, spill_dir: string?, spill_limit: integer? }
---@return neap.Stream
function core.stream_tap(output, how) end

--- How many bytes "drop" has forgotten.
---@param stream neap.Stream
---@return integer
function core.stream_dropped(stream) end

--- The container that it is of, as its errors say.
---@param stream neap.Stream
---@return string? id
function core.stream_id(stream) end

--- Its consumer has taken everything: the wait need not last for it.
---@param stream neap.Stream
function core.stream_done(stream) end

---@param stream neap.Stream
---@return string bytes
---@return string? truncated
function core.stream_captured(stream) end

--- --- events ----------------------------------------------------------------

---@class neap.core.Listener
local Listener = {}

--- Listen to a client's events through a queue that keeps the latest `limit`.
---@param client neap.Client
---@param limit integer
---@return neap.core.Listener
function core.listen(client, limit) end

--- The next event; nil once closed.
---@param options? { timeout: number? }
---@return table? event
---@return neap.Error? err
function Listener:take(options) end

function Listener:close() end

return core
