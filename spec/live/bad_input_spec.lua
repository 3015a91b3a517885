-- What a user gets wrong: a clear error with its code, and nothing left behind.

local live = require "support.live"
local neap = require "neap"

local path = live.path "bad"
assert(os.execute(([[
   mkdir %s && cd %s && echo text >file && ln -s loop2 loop1 && ln -s loop1 loop2
]]):format(path, path)))

-- { what, changes to a config that is right, words of the message, errno }
local CASES <const> = {
   { "an id with a slash", { id = "a/b" }, { "id", "a/b", "letters and digits" } },
   { "an id of 80 characters", { id = ("a"):rep(80) }, { "id", "80", "76" } },
   { "an id that climbs", { id = ".." }, { "id", "..", "letters and digits" } },
   { "both an image and a rootfs", { image = "busybox" }, { "image", "rootfs", "both" } },
   { "neither an image nor a rootfs", { rootfs = false }, { "image", "rootfs", "neither" } },
   { "a rootfs that is missing", { rootfs = path .. "/no" }, { "rootfs", "/no", "not exist" },
      "ENOENT" },
   { "a rootfs that is a file", { rootfs = path .. "/file" }, { "rootfs", "directory" },
      "ENOTDIR" },
   { "a rootfs that is a loop", { rootfs = path .. "/loop1" }, { "rootfs", "loop1" }, "ELOOP" },
   { "args that are empty", { args = {} }, { "args", "empty" } },
   { "args that are missing", { args = false }, { "args", "missing" } },
   { "args that are no strings", { args = { "echo", 1 } }, { "args[2]", "1", "string" } },
   { "args that are no list", { args = "echo hi" }, { "args", "list" } },
   { "args with NUL", { args = { "echo", "a\0b" } }, { "args[2]", "NUL" } },
   { "an environment without =", { env = { "A" } }, { "env[1]", "A", "NAME=value" } },
   { "an environment with NUL", { env = { "A=a\0b" } }, { "env[1]", "NUL" } },
   { "an environment of 10 MB", { env = { "A=" .. ("x"):rep(10000000) } }, { "env[1]", "bytes" } },
   { "an environment of 10 MB in parts", { env = (function()
      local list = {}
      for i = 1, 100 do list[i] = ("A%d=%s"):format(i, ("x"):rep(100000)) end
      return list
   end)() }, { "env", "bytes" } },
   { "a relative cwd", { cwd = "tmp" }, { "cwd", "tmp", "absolute" } },
   { "a hostname of 65 characters", { hostname = ("h"):rep(65) }, { "hostname", "65", "64" } },
   { "a label over 4096", { labels = { big = ("x"):rep(4094) } }, { "labels", "big", "4096" } },
   { "an empty label", { labels = { a = "" } }, { '"a"', "has no value" } },
   { "a label of Neap's own", { labels = { ["neap.x"] = "" } }, { "neap.x", "reserved" } },
   { "a field that is misspelt", { hostnam = "x" }, { "hostnam", "hostname" } },
   { "a mount whose source is missing", { mounts = { path .. "/no:/mnt" } },
      { "mounts[1]", "/no", "not exist" }, "ENOENT" },
   { "a mount that is none", { mounts = { "nonsense" } }, { "mounts[1]", "nonsense" } },
   { "a user that is none", { user = "a:b:c" }, { "user" } },
   { "a user whom the rootfs does not have", { user = "nobody-here" }, { "nobody-here" } },
   { "a network that is none", { network = "bridge0" }, { "network", "bridge0" } },
   { "a memory that is none", { memory = "much" }, { "memory", "much" } },
   { "a spec function that returns no spec", { spec = function() return 1 end }, { "spec", "1" } },
   { "a spec without a process", { spec = function(spec) spec.process = nil end },
      { "spec", "process" } },
   { "a spec that would mount on the host", { spec = function(spec)
      for i, namespace in ipairs(spec.linux.namespaces) do
         if namespace.type == "mount" then table.remove(spec.linux.namespaces, i) end
      end
   end }, { "spec.linux.namespaces", "mount" } },
   { "a spec that is no JSON", { spec = function(spec) spec.process.x = print end }, { "spec" } },
   { "a spec with a number that is none", { spec = function(spec) spec.process.x = 0 / 0 end },
      { "spec", "finite" } },
}

local RUN_CASES <const> = {
   { "a stream that is none", { stdout = "file" }, { "stdout", "file", "./file" } },
   { "a terminal with a stderr", { terminal = true, stderr = "null" }, { "stderr", "terminal" } },
   { "an input that is missing", { stdin = path .. "/no" }, { "stdin", "/no" }, "ENOENT" },
   { "an output where nothing is", { stdout = path .. "/no/file" }, { "stdout", "/no" }, "ENOENT" },
   { "an input that nobody can reach", { stdin = "pipe" }, { "stdin", "pipe", "handle" } },
   { "an output that nobody can reach", { stdout = { "null", "pipe" } }, { "stdout[2]", "pipe" } },
   { "a timeout that is none", { timeout = -1 }, { "timeout", "-1" } },
   { "a limit that is none", { limit = "x" }, { "limit", "x" } },
}

describe("bad input", function()
   local client, before

   setup(function() client, before = live.connected() end)
   teardown(function() client:close() end)

   local function config(changes)
      local made = { rootfs = live.rootfs(), args = { "true" } }
      for name, value in pairs(changes) do made[name] = value or nil end
      return made
   end

   --- Assert that `fn` is refused as `case` says.
   local function refused(case, op, fn, ...)
      local value, err = fn(...)
      assert.is_nil(value)
      assert.same({ "invalid_argument", op, case[4] }, { err.code, err.op, err.errno }, err.message)
      for _, word in ipairs(case[3]) do assert.matches(word, err.message, 1, true) end
      assert.is_true(#err.message < 1000)
      assert.not_matches("%c", tostring(err))
   end

   for _, case in ipairs(CASES) do
      it("is refused: " .. case[1], function()
         refused(case, "container.create", client.create, client, config(case[2]))
         refused(case, "client.run", client.run, client, config(case[2]))
      end)
   end
   for _, case in ipairs(RUN_CASES) do
      it("is refused by run: " .. case[1], function()
         refused(case, "client.run", client.run, client, config(case[2]))
      end)
   end

   it("is refused before anything is sent, and leaves nothing", function()
      local calls = live.count(function()
         for _, case in ipairs(CASES) do client:create(config(case[2])) end
         for _, case in ipairs(RUN_CASES) do client:run(config(case[2])) end
      end)
      assert.same({}, calls)
      assert.same(before, live.leftovers(before))
   end)

   it("of another type raises", function()
      for _, call in ipairs {
         function() return client:run "echo" end,
         function() return client:create() end,
         function() return client:load(1) end,
         function() return neap.connect "x" end,
         function() return neap.connect { address = 1 } end,
      } do
         assert.is_false(pcall(call))
      end
      local _, said = pcall(function()
         local other = neap.connect { address = 1 }
         return other
      end)
      assert.matches("bad_input_spec.lua:%d+: connect: field 'address'", said)
   end)

   it("is not taken for a missing command: a mount source that goes away", function()
      local result, err = client:run(config {
         spec = function(spec)
            table.insert(spec.mounts, {
               destination = "/mnt", source = path .. "/no", type = "bind", options = { "bind" },
            })
         end,
      })
      assert.same({ nil, 125 }, { result, err.status })
      assert.matches(path .. "/no", err.message, 1, true)
      assert.same(before, live.leftovers(before))
   end)

   it("is an id that is taken, whose owner goes on", function()
      local container = client:create(config { id = "taken", args = { "sleep", "1000" } })
      local task = container:start()
      for _, method in ipairs { "create", "run" } do
         local value, err = client[method](client, config { id = "taken" })
         assert.same({ nil, "already_exists", "taken" }, { value, err.code, err.id })
      end
      assert.equal("running", task:status())
      assert.equal(true, container:delete { force = true })
      assert.same(before, live.leftovers(before))
   end)

   it("is starting one container twice at once: one does", function()
      local container = client:create(config { id = "twice", args = { "sleep", "1000" } })
      local other <close> = live.client()
      local same = other:load "twice"
      for _, pair in ipairs { { container, container }, { container, same } } do
         local fibers = {}
         for i = 1, 2 do
            fibers[i] = neap.spawn(function() return pair[i]:start { stdout = "pipe" } end)
         end
         local started, code
         for _, fiber in ipairs(fibers) do
            local task, err = fiber:join()
            if task then started = task else code = err.code end
         end
         assert.equal("already_exists", code)
         assert.equal("running", started:status())
         started:delete { force = true }
      end
      container:delete { force = true }
      other:close()
      assert.same(before, live.leftovers(before))
   end)
end)
