--- Checkpoints: the state of a task in a directory, and a task from it.
---
--- containerd keeps a checkpoint as an archive among its content. It is there only
--- while it is copied, under a lease of its own, and is collected with that.

local core = require "neap.core"
local failure = require "neap.error"
local fields = require "neap.fields"
local folder = require "neap.folder"
local ids = require "neap.id"
local path = require "neap.path"

local fs = core.fs
local checkpoint = {}

local ARCHIVE <const> = "application/vnd.containerd.container.criu.checkpoint.criu.tar"
local OPTIONS <const> = "containerd.runc.v1.CheckpointOptions"
local LEASES <const> = "containerd.services.leases.v1.Leases/"
local CONTENT <const> = "containerd.services.content.v1.Content/"
local TASKS <const> = "containerd.services.tasks.v1.Tasks/"
local CHUNK <const> = 1 << 20 -- what containerd takes in one message

local function refuse(op, id, code, message, errno)
   return nil, failure.new { code = code, op = op, id = id, message = message, errno = errno }
end

local function named(err, op, id)
   err.op, err.id = op, id
   return nil, err
end

--- --- leases ----------------------------------------------------------------

local lease_mt = {
   __close = function(lease)
      core.shield(function()
         lease.client:call(LEASES .. "Delete", { id = lease.id, sync = true })
      end)
   end,
}

--- What is made under it goes when it is closed. It expires where nobody can.
local function take_lease(client)
   local id = "neap-" .. ids.random(8)
   local tomorrow = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() + 86400)
   local ok, err = client:call(LEASES .. "Create", {
      id = id, labels = { ["containerd.io/gc.expire"] = tomorrow },
   })
   if not ok then return nil, err end
   return setmetatable({
      client = client, id = id, options = { headers = { ["containerd-lease"] = id } },
   }, lease_mt)
end

--- --- saving ----------------------------------------------------------------

--- The bytes of some content, a message at a time.
local function content_of(client, digest, lease)
   local exchange, err = client:stream(CONTENT .. "Read", { digest = digest }, lease.options)
   if not exchange then return nil, err end
   return exchange, function()
      local message, failed = exchange:read()
      return message and message.data, failed
   end
end

local function archive_in(answer)
   for _, descriptor in ipairs(answer.descriptors or {}) do
      if descriptor.media_type == ARCHIVE then return descriptor end
   end
end

local function save(client, id, directory, exit)
   local lease <close>, unleased = take_lease(client)
   if not lease then return nil, unleased end
   local answer, err = client:call(TASKS .. "Checkpoint", {
      container_id = id, options = { type_url = OPTIONS, value = { exit = exit } },
   }, lease.options)
   if not answer then return nil, err end
   local descriptor = archive_in(answer)
   if not descriptor then
      return refuse("task.checkpoint", id, "unknown", "containerd gave no checkpoint")
   end
   local exchange <close>, chunks = content_of(client, descriptor.digest, lease)
   if not exchange then return nil, chunks end
   local ok, why = folder.unpack(chunks, directory)
   if ok then return true end
   if type(why) == "table" then return nil, why end
   return refuse("task.checkpoint", id, "failed_precondition", "the checkpoint: " .. why)
end

--- Where it goes must not be there yet; what it lies in must.
local function check_place(given, id)
   local function wrong(code, text, errno)
      return refuse("task.checkpoint", id, code, ("directory: %s"):format(text), errno)
   end
   if type(given) ~= "string" or given == "" or given:find("\0", 1, true) then
      return wrong("invalid_argument", "a path is expected")
   end
   local whole = path.absolute(given, fs.cwd())
   if fs.lstat(whole) then return wrong("already_exists", whole .. " exists") end
   local parent, errno = fs.stat(path.parent(whole))
   if not parent then
      return wrong("invalid_argument", path.parent(whole) .. " " .. path.reason(errno), errno)
   end
   return whole
end

--- Write the task's state to a new directory; with `exit` it ends by that.
---@param task neap.Task
---@param given string
---@param options? { exit: boolean? }
---@return true? ok
---@return neap.Error? err
function checkpoint.save(task, given, options)
   local info, id = core.process_info(task), core.process_id(task)
   local known, unknown = fields.options("checkpoint", 2, options, { exit = "boolean" })
   if not known then return refuse("task.checkpoint", id, "invalid_argument", unknown) end
   local directory, wrong = check_place(given, id)
   if not directory then return nil, wrong end
   if info.gone or info.vanished then
      return refuse("task.checkpoint", id, "not_found", "the task is gone")
   end
   if info.status == "stopped" then
      return refuse("task.checkpoint", id, "failed_precondition", "the task has ended")
   end
   local client = core.container_client(core.process_container(task))
   local ok, err = core.shield(save, client, id, directory, known.exit or false)
   if ok then return true end
   return named(err, "task.checkpoint", id)
end

--- --- restoring -------------------------------------------------------------

--- Send bytes as one piece of content; its digest, and how many they were.
local function write(client, chunks, lease)
   local exchange <close>, err = client:stream(CONTENT .. "Write", nil, lease.options)
   if not exchange then return nil, err end
   local offset, digest = 0, nil
   local function send(action, data)
      local ok, failed = exchange:write {
         action = action, ref = lease.id, offset = offset, data = data,
         total = action == "COMMIT" and offset or nil,
      }
      if not ok then return nil, failed end
      local answer, refused = exchange:read()
      if not answer then return nil, refused end
      digest = answer.digest ~= "" and answer.digest or digest
      offset = offset + #(data or "")
      return true
   end
   for data in chunks do
      local ok, failed = send("WRITE", data)
      if not ok then return nil, failed end
   end
   local ok, failed = send "COMMIT"
   if not ok and failed.code ~= "already_exists" then return nil, failed end
   return digest, offset
end

--- Check what `io.checkpoint` says.
---@param given any
---@param id string
---@return table? members  for `checkpoint.use`
---@return neap.Error? err
function checkpoint.check(given, id)
   local members, why, errno
   if type(given) ~= "string" or given == "" then
      why = "a directory is expected"
   else
      members, why, errno = folder.list(path.absolute(given, fs.cwd()))
   end
   if members then return members end
   return refuse("container.start", id, "invalid_argument", "checkpoint: " .. why, errno)
end

--- Call `fn` with the descriptor of a checkpoint that containerd has meanwhile.
---@param client neap.Client
---@param members table  from `checkpoint.check`
---@param fn fun(descriptor: table): any, any
---@return any
---@return any
function checkpoint.use(client, members, fn)
   local lease <close>, unleased = take_lease(client)
   if not lease then return named(unleased, "container.start") end
   local digest, size = write(client, folder.pack(members, CHUNK), lease)
   if not digest then return named(size, "container.start") end
   return fn { media_type = ARCHIVE, digest = digest, size = size }
end

return checkpoint
