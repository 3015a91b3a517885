-- What live specs share. scripts/check/live starts a containerd for each spec
-- file and says where it is.
--
--    local live = require "support.live"
--    local client <close> = live.client()
--    local calls, result = live.count(function() return client:run{...} end)
--    assert.same({ ["Containers/Create"] = 1, ... }, calls)
--
-- A daemon is a containerd: live.default is the one that was started; one more,
-- to be killed or started again, is made by live.daemon().

local leaks = require "support.leaks"
local metrics = require "support.metrics"
local shell = require "support.shell"
local util = require "luassert.util"

local live = { program = shell.program }

local Daemon = {}
Daemon.__index = Daemon

local function needed(name)
   return os.getenv(name) or error("run live specs by scripts/check/live: no " .. name, 0)
end

live.dir = needed("NEAP_TEST_DIR")
live.namespace = needed("NEAP_TEST_NAMESPACE")

local function control(daemon, verb)
   local result = shell.run({ "scripts/check/containerd", verb, daemon.dir })
   if result.code ~= 0 then error("containerd: " .. verb .. ": " .. result.stderr, 3) end
end

---Start it, again after stop or kill: the same directory, address and counters' address.
function Daemon:start()
   control(self, "start")
   local file <close> = assert(io.open(self.dir .. "/metrics"))
   self.metrics = file:read("l")
   return self
end

---End it. Its containers go on.
function Daemon:stop() control(self, "stop") end

---End it as a crash does.
function Daemon:kill() control(self, "kill") end

---Its process id.
function Daemon:pid()
   local file <close> = assert(io.open(self.dir .. "/pid"))
   return file:read("n")
end

---Connect to it, in the spec's namespace unless `options` say another.
function Daemon:client(options)
   local config = { address = self.address, namespace = self.namespace }
   for name, value in pairs(options or {}) do
      config[name] = value
   end
   local client, err = require("neap").connect(config)
   return client or error(err)
end

---Run ctr on it, in its namespace: what it printed; or nil, what it complained of.
function Daemon:ctr(...)
   local result = shell.run({ "ctr", "-a", self.address, "-n", self.namespace, ... })
   if result.code ~= 0 then return nil, result.stderr end
   return result.stdout
end

---The RPCs that it was sent while `fn` ran, { ["Tasks/Start"] = 1 }, and fn's results.
function Daemon:count(fn, ...)
   local before = metrics.read(self.metrics)
   local results = table.pack(fn(...))
   local after = metrics.read(self.metrics)
   return metrics.difference(before, after), table.unpack(results, 1, results.n)
end

---Call `fn`, and wait until a call `name` has come to it that was made since.
function Daemon:await_call(name, fn)
   local before = metrics.read(self.metrics)
   fn()
   live.wait_until(function()
      return metrics.difference(before, metrics.read(self.metrics))[name]
   end, 20)
end

---Wait until it is at no call of anybody's.
function Daemon:await_rest()
   live.wait_until(function() return next(metrics.open(self.metrics)) == nil end, 20)
end

local function leftovers_of(daemon)
   collectgarbage()
   collectgarbage()
   local core = require "neap.core"
   return {
      records = daemon:ctr("containers", "list", "--quiet"),
      tasks = daemon:ctr("tasks", "list", "--quiet"),
      shims = leaks.processes("-namespace", daemon.namespace, "-address", daemon.address),
      bundles = leaks.bundles(daemon.namespace),
      descriptors = leaks.descriptors(),
      fibers = core.fibers and core.fibers(),
   }
end

---Remove the containers that are not among `records`: the next test is not to fail
---for what the last has left.
local function sweep(daemon, records)
   local client <close> = daemon:client()
   for _, container in ipairs(client:containers() or {}) do
      local is_old = ("\n" .. records):find("\n" .. container.id .. "\n", 1, true)
      if not is_old then container:delete { force = true } end
   end
end

---All that a spec must not leave: take it before and after, and compare by
---assert.same. What ends by itself, as a shim does, has some seconds to be as `before`;
---containers that have not are removed.
function Daemon:leftovers(before)
   local found = leftovers_of(self)
   if not before then return found end
   for _ = 1, 100 do
      if util.deepcompare(found, before) then return found end
      require("neap").sleep(0.05)
      found = leftovers_of(self)
   end
   sweep(self, before.records)
   return found
end

---Connect to it; and take what there is before anything is done. The connection
---itself is made by the first call.
function Daemon:connected()
   local client = self:client()
   assert(client:containers())
   return client, self:leftovers()
end

live.default = setmetatable({
   dir = live.dir .. "/containerd",
   address = needed("NEAP_TEST_ADDRESS"),
   metrics = needed("NEAP_TEST_METRICS"),
   namespace = live.namespace,
}, Daemon)
live.address = live.default.address

--- What there is, or raise the error itself: luassert's would be its text.
function live.need(value, err)
   if not value then error(err, 2) end
   return value
end

function live.client(options) return live.default:client(options) end
function live.ctr(...) return live.default:ctr(...) end
function live.count(fn, ...) return live.default:count(fn, ...) end
function live.leftovers(before) return live.default:leftovers(before) end
function live.connected() return live.default:connected() end

---Delete all containers by force, and close the client.
function live.disconnect(client)
   for _, container in ipairs(client:containers()) do container:delete { force = true } end
   client:close()
end

local daemons = 0

---Start one more containerd. Stop it: `finally(function() daemon:stop() end)`.
function live.daemon()
   daemons = daemons + 1
   local dir = ("%s/daemon-%d"):format(live.dir, daemons)
   return setmetatable({
      dir = dir,
      address = dir .. "/containerd.sock",
      namespace = ("%s-%d"):format(live.namespace, daemons),
   }, Daemon):start()
end

local rootfs

---A directory with busybox in it; the same one for the whole file.
function live.rootfs()
   rootfs = rootfs or live.fresh_rootfs()
   return rootfs
end

---The config of a container in it, with `changes`.
function live.config(args, changes)
   local config = { rootfs = live.rootfs(), args = args }
   for name, value in pairs(changes or {}) do config[name] = value end
   return config
end

local paths = 0

---A path below the spec's directory that nobody has.
function live.path(name)
   paths = paths + 1
   return ("%s/%s-%d"):format(live.dir, name or "path", paths)
end

---What a script on live.rootfs() waits by, for the shell, and a function that ends
---that.
function live.hold()
   paths = paths + 1
   local path = ("/tmp/go-%d"):format(paths)
   return ("until [ -e %s ]; do sleep 0.01; done"):format(path), function()
      assert(io.open(live.rootfs() .. path, "w")):close()
   end
end

---A directory of its own for each call.
function live.fresh_rootfs()
   local path = live.path("rootfs")
   local result = shell.run({ "scripts/rootfs", path })
   if result.code ~= 0 then error(result.stderr) end
   return path
end

---For what cannot be awaited, as a shim's end: turn neap's loop until `done`
---answers true, and answer what it did; fail after `timeout` seconds (10).
function live.wait_until(done, timeout)
   local neap = require "neap"
   for _ = 1, (timeout or 10) * 100 do
      local answer = done()
      if answer then return answer end
      neap.sleep(0.01)
   end
   error("did not come true in time", 2)
end

return live
