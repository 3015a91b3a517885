--- Where an engine keeps its things, and what it is told. Pure: all of it
--- follows from the engine's directory, which stays, and the run directory,
--- which a reboot empties.

local hash = require "neap.hash"
local path = require "neap.path"

local layout = {}

--- A socket's path, terminated, has to fit a sockaddr_un; containerd refuses
--- more than 104 with its ".ttrpc".
layout.MAX_SOCKET = 104

---@class neap.engine.Layout
---@field dir string      what stays: content, snapshots, metadata, log
---@field root string     containerd's root
---@field log string
---@field config string   containerd's configuration
---@field marker string   says that dir is an engine's
---@field run string      what does not outlive the machine's run
---@field state string    containerd's state
---@field address string  containerd's socket
---@field lock string     held while the engine is started or stopped
---@field owner string    says which dir run belongs to

-- Whatever the length of DIR, the socket's path is short.
local function add_run(places, run)
   places.run = run
   places.state = run .. "/state"
   places.address = run .. "/containerd.sock"
   places.lock = run .. "/lock"
   places.owner = run .. "/engine"
   return places
end

--- The places of the engine under `dir`, an absolute path without links.
---@param dir string
---@param run string  the directory of all engines' run directories
---@return neap.engine.Layout
function layout.of(dir, run)
   local inside = dir == "/" and "" or dir
   local places = {
      dir = dir,
      root = inside .. "/root",
      log = inside .. "/containerd.log",
      config = inside .. "/config.toml",
      marker = inside .. "/neap-engine",
   }
   return add_run(places, path.absolute(run) .. "/" .. hash.hex8(dir))
end

--- The places that an engine's address tells: those in its run directory.
---@param address string
---@return neap.engine.Layout? places  nil when no engine's socket is called so
function layout.at(address)
   local run = address:match("^(/.+)/containerd%.sock$")
   return run and add_run({}, run) or nil
end

--- What keeps the containers of two engines apart: runc's state directory and
--- the cgroup path are the machine's, not containerd's.
---@param places neap.engine.Layout
---@return string runc_root
---@return string cgroup_prefix
function layout.isolation(places)
   return places.state .. "/runc", "/neap-" .. hash.hex8(places.state)
end

--- Plugins that a private engine has no use for. "opt" makes /opt/containerd.
local DISABLED <const> = {
   "io.containerd.grpc.v1.cri",
   "io.containerd.internal.v1.opt",
   "io.containerd.internal.v1.tracing",
   "io.containerd.snapshotter.v1.aufs",
   "io.containerd.snapshotter.v1.btrfs",
   "io.containerd.snapshotter.v1.devmapper",
   "io.containerd.snapshotter.v1.zfs",
   "io.containerd.tracing.processor.v1.otlp",
}

--- Without one of these containerd would start, and do less: on a full disk it
--- only warns about the services that it could not bring up.
local REQUIRED <const> = {
   "io.containerd.metadata.v1.bolt",
   "io.containerd.runtime.v2.task",
   "io.containerd.grpc.v1.containers",
   "io.containerd.grpc.v1.content",
   "io.containerd.grpc.v1.images",
   "io.containerd.grpc.v1.leases",
   "io.containerd.grpc.v1.namespaces",
   "io.containerd.grpc.v1.snapshots",
   "io.containerd.grpc.v1.tasks",
}

local function quote(text)
   local escaped = text:gsub('[%c"\\\127]', function(char)
      return ("\\u%04x"):format(char:byte())
   end)
   return '"' .. escaped .. '"'
end

local function list(names)
   local quoted = {}
   for i, name in ipairs(names) do quoted[i] = "   " .. quote(name) .. ",\n" end
   return "[\n" .. table.concat(quoted) .. "]"
end

--- containerd's configuration.
---@param places neap.engine.Layout
---@param options { log: string, metrics?: string }
---@return string toml
function layout.config(places, options)
   local lines = {
      "# Written by neap at every start of this engine: changes are lost.",
      "version = 2",
      "root = " .. quote(places.root),
      "state = " .. quote(places.state),
      "disabled_plugins = " .. list(DISABLED),
      "required_plugins = " .. list(REQUIRED),
      "[grpc]",
      "address = " .. quote(places.address),
      "[debug]",
      "level = " .. quote(options.log),
   }
   if options.metrics then
      lines[#lines + 1] = "[metrics]\naddress = " .. quote(options.metrics)
      lines[#lines + 1] = "grpc_histogram = true"
   end
   return table.concat(lines, "\n") .. "\n"
end

return layout
