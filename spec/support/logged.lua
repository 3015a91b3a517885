-- Containers with a log, and what their logs must hold.
--
--    setup(function() client = logged.begin() end)
--    teardown(logged.finish)
--    after_each(logged.remove)
--
--    local container = logged.counting(1000, 0.02)
--    assert(container:start())
--    logged.check(assert(container:logs { follow = true }), 1000)

local assert = require "luassert"
local fs = require "neap.core".fs
local live = require "support.live"

local logged = {}

-- Numbers the lines of both streams; slowly enough to be interrupted.
logged.COUNT = [[i=0
   while [ $i -lt $1 ]; do i=$((i+1)); echo $i; echo $i >&2; [ $((i % 200)) = 0 ] && sleep $2; done
   true]]

local client, before
local made = {} -- containers, removed after each

function logged.begin()
   client = live.client()
   assert(client:containers())
   before = live.leftovers()
   return client
end

function logged.finish() client:close() end

local function root()
   return "/var/lib/neap/log/" .. require("neap.hash").hex8(live.address)
end

---Remove the containers; nothing of them may be left.
function logged.remove()
   for _, container in ipairs(made) do container:delete { force = true } end
   made = {}
   assert.same(before, live.leftovers(before))
   assert.is_nil(fs.lstat(root()))
end

---Have a container removed, too.
function logged.keep(container)
   made[#made + 1] = container
   return container
end

function logged.create(args, changes)
   local config = { rootfs = live.rootfs(), args = args, log = "json-file" }
   for name, value in pairs(changes or {}) do config[name] = value end
   return logged.keep(assert(client:create(config)))
end

function logged.counting(lines, pause, changes)
   local args = { "/bin/sh", "-c", logged.COUNT, "sh", tostring(lines), tostring(pause) }
   return logged.create(args, changes)
end

---Every line, once, in order, of each stream.
function logged.check(found, lines)
   local seen = { stdout = 0, stderr = 0 }
   for entry in found do
      seen[entry.stream] = seen[entry.stream] + 1
      if entry.log ~= seen[entry.stream] .. "\n" then
         error(("%s has %q where %d was due"):format(entry.stream, entry.log,
            seen[entry.stream]))
      end
   end
   assert.same({ stdout = lines, stderr = lines }, seen)
end

---@return string path  of the file that a container's logger has locked
function logged.reader(container)
   return container.labels["neap.bundle"] .. "/reader"
end

---Kill a container's logger, if it lives.
function logged.kill(container)
   local reader = logged.reader(container)
   return fs.is_read(reader) and fs.end_reader(reader)
end

return logged
