-- Who set what in a container's spec, as its record tells; and policies, which
-- look at a spec before anything is sent.

local live = require "support.live"
local neap = require "neap"

local function by_path(rows)
   local found = {}
   for _, row in ipairs(rows) do found[row.path] = row end
   return found
end

describe("container:explain", function()
   local client

   before_each(function() client = live.client() end)
   after_each(function() client:close() end)

   local function config(changes) return live.config({ "true" }, changes) end

   it("is kept in the record, for another client and for no call more", function()
      local calls, container = live.count(function()
         return client:create(config { hostname = "box", memory = "64m", env = { A = "1" } })
      end)
      assert.same({ ["Containers/Create"] = 1 }, calls)
      assert.equal("neap.explain/1", container.extensions["neap.explain"].type_url)
      local other <close> = live.client()
      local found = assert(other:load(container.id))
      for path, expected in pairs {
         hostname = "hostname", ["linux.resources.memory.limit"] = "memory",
         ["process.env[A]"] = "env", ["process.cwd"] = "default", ["root.path"] = "rootfs",
         ["mounts[/proc]"] = "default",
      } do
         assert.same(expected, by_path(container:explain())[path].option, path)
         assert.same(expected, by_path(found:explain())[path].option, path)
      end
      assert.equal(64 << 20, found:explain("linux.resources.memory.limit")[1].value)
      assert.equal("cgroup", found:explain("linux.resources.memory.limit")[1].concern)
      assert(container:delete())
   end)

   it("survives an update of the labels, and a refresh", function()
      local container = assert(client:create(config { hostname = "box" }))
      assert(container:update { labels = { a = "b" } })
      assert(container:refresh())
      assert.equal("hostname", container:explain("hostname")[1].option)
      assert(container:delete())
   end)

   it("tells of one path, and that there is none", function()
      local container = assert(client:create(config { cap_add = { "NET_ADMIN" } }))
      local rows = container:explain "process.capabilities.bounding"
      assert.equal(1, #rows)
      assert.same({ "cap_add", "capabilities", 15 },
         { rows[1].option, rows[1].concern, #rows[1].value })
      assert.equal(3, #container:explain "process.capabilities")
      local none, err = container:explain "process.capability"
      assert.is_nil(none)
      assert.same({ "not_found", "container.explain", container.id }, { err.code, err.op, err.id })
      assert.has_error(function() container:explain(1) end)
      assert(container:delete())
   end)

   it("tells of ctr's what is not as Neap would make it, and not by whom", function()
      local id = "of-ctr"
      local made = { "containers", "create", "--rootfs", "--env", "A=1", live.rootfs(), id, "true" }
      assert(live.ctr(table.unpack(made)))
      local container = assert(client:load(id))
      local rows = by_path(assert(container:explain()))
      assert.equal("unknown", rows["process.env[A]"].option)
      assert.equal("process", rows["process.env[A]"].concern)
      assert.is_nil(rows["mounts[/proc]"])
      for _, row in pairs(rows) do assert.equal("unknown", row.option) end
      assert.equal("default", container:explain("mounts[/proc].type")[1].option)
      assert(container:delete())
   end)

   it("takes what others write into the extension for nothing", function()
      local spec = { ociVersion = "1.0.2", process = { args = { "x" } }, hostname = "h" }
      for i, text in ipairs { "{", "[1]", "7", '{"hostname":1}' } do
         local id = "strange-" .. i
         assert(client:call("containerd.services.containers.v1.Containers/Create", {
            container = {
               id = id, runtime = { name = "io.containerd.runc.v2" },
               spec = { type_url = "types.containerd.io/opencontainers/runtime-spec/1/Spec",
                  value = spec },
               extensions = { ["neap.explain"] = { type_url = "neap.explain/1", value = text } },
            },
         }))
         local container = assert(client:load(id))
         assert.equal("unknown", container:explain("hostname")[1].option)
         assert(container:delete())
      end
   end)

   it("tells in short where more is noted than is kept", function()
      local env = {}
      for i = 1, 1000 do env[i] = "V" .. i .. "=x" end
      local container = assert(client:create(config { env = env, hostname = "box" }))
      assert.truthy(#container.extensions["neap.explain"].value < 200)
      assert.equal("env", container:explain("process.env[V500]")[1].option)
      assert.equal("hostname", container:explain("hostname")[1].option)
      assert(container:delete())
   end)
end)

describe("a policy", function()
   local client, handle

   before_each(function() client = live.client() end)
   after_each(function()
      if handle then handle:remove() end
      client:close()
   end)

   local function config(changes) return live.config({ "true" }, changes) end

   it("of a client refuses before anything is sent or made", function()
      local before = live.leftovers()
      handle = neap.policy(function(_, options, where)
         assert(where.client == client and where.namespace == live.namespace)
         if options.rootfs == live.rootfs() then return nil, "this root is not allowed" end
      end, { client = client, name = "roots" })
      for _, call in ipairs { "create", "run", "ensure" } do
         local calls, made, err = live.count(function()
            return client[call](client, config { id = "refused" })
         end)
         assert.same(call == "ensure" and { ["Containers/Get"] = 1 } or {}, calls)
         assert.is_nil(made)
         assert.same({ "permission_denied", "policy roots: this root is not allowed" },
            { err.code, err.message })
      end
      assert.same(before, live.leftovers(before))
      local other <close> = live.client()
      assert.equal(0, assert(other:run(config())).code)
   end)

   it("forces a limit, which holds inside, and which explain tells of", function()
      handle = neap.policy(function(spec)
         spec.linux.resources.pids = { limit = 33 }
         spec.process.oomScoreAdj = 77
      end, { name = "limits", namespace = live.namespace })
      local container = assert(client:create(config {
         args = { "cat", "/proc/self/oom_score_adj" }, pids = 1000,
      }))
      for path, expected in pairs {
         ["linux.resources.pids.limit"] = "policy limits",
         ["process.oomScoreAdj"] = "policy limits", ["process.args"] = "args",
      } do assert.equal(expected, container:explain(path)[1].option, path) end
      local task = assert(container:start { stdout = "pipe" })
      assert.equal("77\n", task:read "a")
      assert(container:delete { force = true })
   end)

   it("looks at execs and at updates, and a refusal sends nothing", function()
      local container = assert(client:create(config { args = { "sleep", "1000" } }))
      local task = assert(container:start())
      local seen = {}
      handle = neap.policy(function(spec, options, where)
         seen[#seen + 1] = where.op
         assert(where.container == container)
         if where.op == "exec" then
            if options.args[1] == "sh" then return nil, "no shells" end
            spec.env[#spec.env + 1] = "FORCED=1"
         else
            if spec.memory then return nil, "memory stays" end
            spec.pids.limit = 44
         end
      end, { client = client, name = "both" })

      local process = assert(task:exec { args = { "env" }, stdout = "pipe" })
      assert.truthy(process:read("a"):find("FORCED=1", 1, true))
      assert(process:wait())
      assert(process:delete())
      assert(task:update { pids = 100 })
      assert.equal(44, task:stats().pids.limit)

      for _, call in ipairs {
         { "exec", { args = { "sh" } }, "policy both: no shells", "task.exec" },
         { "update", { memory = "64m" }, "policy both: memory stays", "task.update" },
      } do
         local calls, made, err = live.count(function() return task[call[1]](task, call[2]) end)
         assert.same({}, calls)
         assert.is_nil(made)
         assert.same({ "permission_denied", call[3], call[4] }, { err.code, err.message, err.op })
      end
      assert.same({ "exec", "update", "exec", "update" }, seen)
      assert(container:delete { force = true })
   end)

   it("cannot send what is no spec", function()
      local container = assert(client:create(config { args = { "sleep", "1000" } }))
      local task = assert(container:start())
      for _, edit in ipairs {
         function(spec) spec.extra = print end, function(spec) spec.extra = spec end,
         function(spec)
            local target = spec.process or spec
            target.args, target.pids = {}, {}
         end,
      } do
         handle = neap.policy(edit, { client = client })
         for _, call in ipairs {
            function() return client:create(config()) end,
            function() return task:exec { args = { "true" } } end,
            function() return task:update { pids = 10, memory = { limit = "x" } } end,
         } do
            local calls, made, err = live.count(call)
            assert.same({}, calls)
            assert.is_nil(made)
            assert.equal("invalid_argument", err.code)
         end
         handle:remove()
      end
      assert(container:delete { force = true })
   end)

   it("may ask containerd, and is ended when it makes containers of its own", function()
      handle = neap.policy(function(spec)
         spec.hostname = "n" .. #assert(client:containers())
      end, { client = client })
      local container = assert(client:create(config()))
      assert.truthy(container.spec.hostname:find "^n%d+$")
      assert(container:delete())
      handle:remove()

      handle = neap.policy(function() assert(client:create(config())) end, { client = client })
      local calls, made, err = live.count(function() return client:create(config()) end)
      assert.same({}, calls)
      assert.is_nil(made)
      assert.equal("internal", err.code)
   end)

   it("keeps no client alive", function()
      local weak = setmetatable({}, { __mode = "v" })
      do
         local other = live.client()
         handle = neap.policy(function() return nil, "no" end, { client = other })
         weak[1] = other
         other:close()
      end
      collectgarbage()
      collectgarbage()
      assert.is_nil(weak[1])
      assert.equal(0, assert(client:run(config())).code)
   end)
end)
