local hash = require "neap.hash"
local linux = require "neap.platform.linux"
local windows = require "neap.platform.windows"

local ENGINE = "/e.sock"
local PLACE = "/" .. hash.hex8(ENGINE) .. "/default/web"

--- Directories by path: mode, and the owner where it is not 0.
local function disk(nodes)
   return function(path)
      local node = nodes[path]
      if not node then return nil, "ENOENT" end
      return { type = node.type or "directory", mode = node[1], uid = node[2] or 0 }
   end
end

local function mode(octal) return tonumber(octal, 8) end

local function wanted(nodes, more)
   local given = {
      root = "/run/neap", engine = ENGINE, namespace = "default", id = "web", stat = disk(nodes),
   }
   for name, value in pairs(more or {}) do given[name] = value end
   return given
end

local MAPPED = {
   linux = {
      namespaces = { { type = "pid" }, { type = "user" } },
      uidMappings = { { containerID = 0, hostID = 100000, size = 65536 } },
      gidMappings = {
         { containerID = 1, hostID = 5, size = 1 }, { containerID = 0, hostID = 200000, size = 1 },
      },
   },
}

describe("neap.platform", function()
   it("has the same names on every platform", function()
      for name in pairs(linux) do assert.is_function(windows[name], name) end
      for name in pairs(windows) do assert.is_function(linux[name], name) end
   end)

   describe("stdio_names", function()
      local bundle = "/run/neap/0/default/web"

      it("names FIFOs in the bundle on Linux, by start", function()
         assert.same(
            { stdout = bundle .. "/web.1-stdout", stderr = bundle .. "/web.1-stderr" },
            linux.stdio_names { container = "web", bundle = bundle, start = "1" }
         )
         assert.same(
            { stdin = bundle .. "/x-stdin", stdout = bundle .. "/x-stdout" },
            linux.stdio_names {
               container = "web", process = "x", bundle = bundle, stdin = true, terminal = true,
            }
         )
      end)

      it("names pipes on Windows", function()
         assert.same(
            {
               stdin = [[\\.\pipe\containerd-web-x-stdin]],
               stdout = [[\\.\pipe\containerd-web-x-stdout]],
               stderr = [[\\.\pipe\containerd-web-x-stderr]],
            },
            windows.stdio_names { container = "web", process = "x", bundle = bundle, stdin = true }
         )
         assert.same(
            { stdout = [[\\.\pipe\containerd-web-web-stdout]] },
            windows.stdio_names { container = "web", bundle = bundle, terminal = true }
         )
      end)
   end)

   describe("spec_user", function()
      it("is the host's id of the container's root on Linux", function()
         assert.same({ 100000, 200000 }, { linux.spec_user(MAPPED) })
      end)

      it("is 0 without a user namespace", function()
         assert.same({ 0, 0 }, { linux.spec_user {} })
         assert.same({ 0, 0 }, {
            linux.spec_user { linux = { uidMappings = MAPPED.linux.uidMappings, namespaces = {} } },
         })
      end)

      it("is always 0 on Windows", function()
         assert.same({ 0, 0 }, { windows.spec_user(MAPPED) })
      end)
   end)

   describe("bundle", function()
      it("is made 0700 from its root on, on Linux", function()
         local made = assert(linux.bundle(wanted { ["/run"] = { mode "755" } }))

         assert.equal("/run/neap" .. PLACE, made.path)
         assert.same({ ["neap.bundle"] = made.path }, made.labels)
         assert.equal(5, #made.steps)
         assert.same(
            { path = "/run", mode = mode "755", uid = 0, gid = 0, make = false }, made.steps[1]
         )
         assert.same(
            { path = "/run/neap", mode = mode "700", uid = 0, gid = 0, make = true }, made.steps[2]
         )
         assert.equal(made.path, made.steps[5].path)
      end)

      local bad = {
         { "a link", { mode "700", type = "link" }, "is not a real directory" },
         { "a stranger's", { mode "700", 1000 }, "belongs to user 1000" },
         { "one open to others", { mode "777" }, "may be written by others" },
      }
      for _, case in ipairs(bad) do
         it("trusts no root that is " .. case[1], function()
            local made, why = linux.bundle(wanted {
               ["/run"] = { mode "755" }, ["/run/neap"] = case[2],
            })

            assert.is_nil(made)
            assert.equal("/run/neap " .. case[3], why)
         end)
      end

      it("says what stands in the way", function()
         local made, why, errno = linux.bundle(wanted({}, {
            stat = function() return nil, "EACCES" end,
         }))

         assert.is_nil(made)
         assert.equal("/run may not be looked at", why)
         assert.equal("EACCES", errno)
      end)

      it("gets by closed directories in a user namespace", function()
         local made = assert(linux.bundle(wanted(
            { ["/run"] = { mode "755" }, ["/run/neap"] = { mode "700" } }, { spec = MAPPED }
         )))

         local S = ".100000.200000"
         assert.equal(
            "/run/neap" .. S .. "/" .. hash.hex8(ENGINE) .. S .. "/default" .. S .. "/web" .. S,
            made.path
         )
         assert.equal(4, #made.steps)
         assert.same(
            {
               path = "/run/neap" .. S, mode = mode "700", uid = 100000, gid = 200000, make = true,
            },
            made.steps[1]
         )
      end)

      it("uses what is open to others as it is", function()
         local made = assert(linux.bundle(wanted({
            ["/run"] = { mode "755" }, ["/run/neap"] = { mode "711" },
            ["/run/neap/" .. hash.hex8(ENGINE)] = { mode "711" },
         }, { spec = MAPPED })))

         assert.equal(2, #made.steps)
         assert.matches("/default.100000.200000/web.100000.200000$", made.path)
      end)

      it("uses remapped directories that are there", function()
         local made = assert(linux.bundle(wanted({
            ["/run"] = { mode "755" }, ["/run/neap.100000.200000"] = { mode "700", 100000 },
         }, { spec = MAPPED })))

         assert.is_false(made.steps[1].make)
         assert.is_true(made.steps[2].make)
      end)

      it("is one directory on Windows, and nobody's in particular", function()
         local made = windows.bundle(wanted({}, { spec = MAPPED }))

         assert.equal("/run/neap" .. PLACE, made.path)
         assert.same(
            { { path = made.path, mode = mode "755", uid = 0, gid = 0, make = true } }, made.steps
         )
      end)
   end)

   describe("task_options", function()
      local RUNC = "containerd.runc.v1.Options"
      local HCS = "containerd.runhcs.v1.Options"

      it("adds nothing for runc, whatever the level", function()
         for _, level in ipairs { "info", "debug", "trace" } do
            assert.is_nil(linux.task_options {
               runtime = "io.containerd.runc.v2", log_level = level,
            })
         end
      end)

      it("gives the pipes to a mapped root, on a copy", function()
         local options = { type_url = RUNC, value = { root = "/r", systemd_cgroup = true } }
         local any = linux.task_options { options = options, uid = 1, gid = 2 }

         assert.same({
            type_url = RUNC,
            value = { root = "/r", systemd_cgroup = true, io_uid = 1, io_gid = 2 },
         }, any)
         assert.is_nil(options.value.io_uid)
      end)

      it("leaves other shims' options alone", function()
         local options = { type_url = "runtimeoptions.v1.Options", value = {} }

         assert.is_nil(linux.task_options { options = options, uid = 1, gid = 2 })
      end)

      it("debugs the Windows shim at debug exactly", function()
         local runtime = "io.containerd.runhcs.v1"

         assert.same({ type_url = HCS, value = { debug = true } },
            windows.task_options { runtime = runtime, log_level = "debug" })
         for _, level in ipairs { "error", "warn", "info", "trace" } do
            assert.is_nil(windows.task_options { runtime = runtime, log_level = level })
         end
         assert.is_nil(windows.task_options { runtime = "other", log_level = "debug" })
      end)

      it("keeps what the container's own options say", function()
         local options = { type_url = HCS, value = { share_scratch = true } }

         assert.same({ share_scratch = true, debug = true },
            windows.task_options({ options = options, log_level = "debug" }).value)
      end)
   end)

   describe("update", function()
      it("sends limits on Linux", function()
         assert.same({
            type_url = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources",
            value = { pids = { limit = 5 } },
         }, linux.update { pids = { limit = 5 } })
         assert.is_nil(linux.update {})
      end)

      it("sends nothing on Windows", function()
         assert.is_nil(windows.update { pids = { limit = 5 } })
      end)
   end)

   it("summarizes as the platform does", function()
      local processes = { { pid = 7 } }

      assert.same({ { pid = 7, exec_id = "" } }, linux.summary { processes = processes })
      assert.equal(7, windows.summary({ processes = processes })[1].process_id)
   end)
end)
