-- Checkpoints, against a containerd that is scripted: CRIU runs on few machines.

local lfs = require "lfs"
local neap = require "neap"
local tar = require "neap.tar"

describe("a checkpoint", function()
   local T <const>, L <const> = "containerd.services.tasks.v1.Tasks/",
      "containerd.services.leases.v1.Leases/"
   local C <const> = "containerd.services.content.v1.Content/"
   local ARCHIVE <const> = "application/vnd.containerd.container.criu.checkpoint.criu.tar"
   local server, client, container, place

   before_each(function()
      server = require "support.server".start()
      place = os.tmpname()
      os.remove(place)
      lfs.mkdir(place)
      server:answer("containerd.services.containers.v1.Containers/Get", { container = {
         id = "c", created_at = 5, runtime = { name = "io.containerd.runc.v2" },
         spec = { type_url = "types.containerd.io/opencontainers/runtime-spec/1/Spec",
            value = { process = { args = { "true" } } } },
      } })
      server:stream("containerd.services.events.v1.Events/Subscribe")
      for _, method in ipairs { "Create", "Delete" } do server:answer(L .. method, {}) end
      client = neap.connect { address = server.address, namespace = "n" }
      container = client:load "c"
   end)
   after_each(function()
      client:close()
      server:__close()
      os.execute("rm -r " .. place)
   end)

   local function running()
      server:answer(T .. "Get", { process = { id = "c", pid = 7, status = "RUNNING" } })
      local task, err = container:task()
      return task or error(err)
   end

   local function archive(members)
      local parts = {}
      for _, member in ipairs(members) do
         local before, after = tar.member(member[1], #member[2])
         parts[#parts + 1] = before .. member[2] .. after
      end
      return table.concat(parts) .. tar.finish
   end

   local function offer(bytes)
      server:answer(T .. "Checkpoint", { descriptors = {
         { media_type = "application/vnd.containerd.container.checkpoint.config.v1+proto",
            digest = "sha256:bb", size = 1 },
         { media_type = ARCHIVE, digest = "sha256:aa", size = #bytes },
      } })
      server:answer(C .. "Read", { offset = 0, data = bytes:sub(1, 700) })
      server:append(C .. "Read", { offset = 700, data = bytes:sub(701) })
   end

   local function read(path)
      local file <close> = assert(io.open(path, "rb"))
      return file:read "a"
   end

   local function count(method) return server:calls(method) end

   it("is copied to a new directory, under a lease that goes", function()
      local task = running()
      offer(archive { { "pages-1.img", ("p"):rep(900) }, { "deep/in/core.img", "c" } })
      local directory = place .. "/saved"
      local ok, err = task:checkpoint(directory, { exit = true })
      if not ok then error(err) end
      assert.equal(("p"):rep(900), read(directory .. "/pages-1.img"))
      assert.equal("c", read(directory .. "/deep/in/core.img"))
      assert.equal("rwx------", lfs.attributes(directory, "permissions"))

      local sent = server:message(T .. "Checkpoint", 1)
      assert.equal("c", sent.container_id)
      assert.equal("containerd.runc.v1.CheckpointOptions", sent.options.type_url)
      assert.is_true(sent.options.value.exit)
      local lease = server:message(L .. "Create", 1).id
      assert.equal(lease, server:header(T .. "Checkpoint", 1, "containerd-lease"))
      assert.equal("sha256:aa", server:message(C .. "Read", 1).digest)
      assert.same({ lease, true }, { server:message(L .. "Delete", 1).id,
         server:message(L .. "Delete", 1).sync })
   end)

   it("that escapes, or is none, leaves nothing", function()
      local task = running()
      for _, bytes in ipairs {
         archive { { "fine.img", "x" }, { "../evil", "x" } },
         archive { { "/tmp/neap-evil", "x" } },
         archive { { "fine.img", "x" }, { "fine.img", "y" } },
         ("no archive at all"):rep(50),
         archive { { "cut.img", ("x"):rep(2000) } }:sub(1, 1200),
      } do
         offer(bytes)
         local ok, err = task:checkpoint(place .. "/saved")
         assert.is_nil(ok)
         assert.equal("failed_precondition", err.code)
         assert.same({ "c", "task.checkpoint" }, { err.id, err.op })
         for name in lfs.dir(place) do assert.is_truthy(name == "." or name == "..", name) end
      end
      assert.is_nil(lfs.attributes("/tmp/neap-evil", "mode"))
      assert.equal(count(L .. "Create"), count(L .. "Delete"))
   end)

   it("that fails leaves no lease", function()
      local task = running()
      server:fail(T .. "Checkpoint", 2, "criu is not here")
      local ok, err = task:checkpoint(place .. "/saved")
      assert.is_nil(ok)
      assert.same({ "unknown", "task.checkpoint" }, { err.code, err.op })
      assert.equal(1, count(L .. "Delete"))
      assert.is_nil(lfs.attributes(place .. "/saved", "mode"))
   end)

   it("is refused before any call where that is known", function()
      local task = running()
      for code, arguments in pairs {
         already_exists = { place }, invalid_argument = { place .. "/no/where" },
      } do
         local ok, err = task:checkpoint(table.unpack(arguments))
         assert.is_nil(ok)
         assert.equal(code, err.code)
      end
      assert.equal("invalid_argument", select(2, task:checkpoint(place .. "/x", { out = 1 })).code)
      assert.equal("invalid_argument", select(2, task:checkpoint()).code)
      for _, given in ipairs { place .. "/none", "", 5, "/dev/null" } do
         local started, err = container:start { checkpoint = given }
         assert.is_nil(started)
         assert.is_truthy(err)
      end
      assert.equal(0, count(L .. "Create"))
      assert.equal(0, count(T .. "Checkpoint"))
   end)

   it("is where a task starts from: its digest is passed, then it goes", function()
      local file <close> = assert(io.open(place .. "/pages-1.img", "wb"))
      file:write(("p"):rep(3000))
      file:flush()
      server:stream(C .. "Write")
      server:answer(T .. "Create", { container_id = "c", pid = 9 })
      server:answer(T .. "Start", { pid = 9 })
      local starting = neap.spawn(function() return container:start { checkpoint = place } end)
      local answered = 0
      repeat -- each message is answered, as containerd does
         neap.sleep(0.005)
         while answered < server:messages(C .. "Write") do
            answered = answered + 1
            server:send(C .. "Write", { digest = "sha256:cc", offset = 1 })
         end
      until count(T .. "Start") > 0
      local task, err = starting:join()
      if not task then error(err) end
      assert.equal(9, task.pid)

      local parts = {}
      for i = 1, server:messages(C .. "Write") do
         local message = server:message(C .. "Write", i)
         parts[#parts + 1] = message.data
         if message.action == "COMMIT" then assert.equal(#table.concat(parts), message.total) end
      end
      local whole, found = table.concat(parts), nil
      assert.is_true(tar.read(function()
         local bytes = whole
         whole = nil
         return bytes
      end, function(member)
         found = member
         return function() return true end
      end))
      assert.same({ "pages-1.img", 3000 }, { found.name, found.size })
      local sent = server:message(T .. "Create", 1).checkpoint
      assert.same({ ARCHIVE, "sha256:cc" }, { sent.media_type, sent.digest })
      assert.equal(server:message(L .. "Create", 1).id,
         server:header(C .. "Write", 1, "containerd-lease"))
      assert.equal(1, count(L .. "Delete"))
   end)
end)
