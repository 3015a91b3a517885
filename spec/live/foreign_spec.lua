-- Records that others wrote: whatever their spec says, they can be looked at and
-- deleted, and what can run runs.

local live = require "support.live"
local neap = require "neap"

local URL <const> = "types.containerd.io/opencontainers/runtime-spec/1/Spec"
local UNLIMITED <const> = "18446744073709551615" -- RLIM_INFINITY

describe("a record of another's making", function()
   local client, before, spec

   setup(function()
      client = live.client()
      client:run {
         rootfs = live.rootfs(), args = { "/bin/sh", "-c", "ulimit -t" },
         spec = function(made) spec = made end,
      }
      before = live.leftovers()
   end)
   teardown(function() client:close() end)

   --- Make a record whose spec is `text`, as any client of containerd may.
   local function record(id, text)
      local made, err = client:call("containerd.services.containers.v1.Containers/Create", {
         container = {
            id = id, runtime = { name = "io.containerd.runc.v2" },
            spec = { type_url = URL, value = text },
         },
      })
      if not made then error(err) end
   end

   it("whose spec is not JSON is seen, not started, and deleted", function()
      record("nojson", "{ nonsense")
      local container, err = client:load "nojson"
      if not container then error(err) end
      assert.is_nil(container.spec)
      assert.equal("none", container.status)
      assert.equal(1, #client:containers { id = "nojson" })
      local task
      task, err = container:start()
      assert.same({ nil, "failed_precondition" }, { task, err.code })
      assert.matches("spec", err.message)
      assert.equal(true, container:delete())
      assert.same(before, live.leftovers(before))
   end)

   it("with unlimited limits runs, and keeps them", function()
      local unlimited = neap.json.uint(UNLIMITED)
      spec.process.rlimits = { { type = "RLIMIT_CPU", hard = unlimited, soft = unlimited } }
      record("unlimited", neap.json.encode(spec))
      local container = client:load "unlimited"
      assert.equal(UNLIMITED, tostring(container.spec.process.rlimits[1].hard))
      local task, err = container:start { stdout = "pipe" }
      if not task then error(err) end
      assert.equal("unlimited", task:read "l")
      assert.equal(0, task:wait().code)
      assert.equal(true, container:delete { force = true })
      assert.same(before, live.leftovers(before))
   end)

   it("of 15 MiB is read, run and deleted, and listed beside another", function()
      spec.annotations = { big = ("x"):rep(15 << 20) }
      record("big", neap.json.encode(spec))
      local container, err = client:load "big"
      if not container then error(err) end
      assert.equal(15 << 20, #container.spec.annotations.big)
      local task, unstarted = container:start { stdout = "pipe" }
      if not task then error(unstarted) end
      assert.is_string(task:read "l")
      assert.equal(0, task:wait().code)
      assert.equal(1, #client:containers { id = "big" })

      -- Two are more than containerd puts into one message.
      record("bigger", neap.json.encode(spec))
      assert.equal("resource_exhausted", select(2, client:call(
         "containerd.services.containers.v1.Containers/List", {})).code)
      local calls, both = live.count(client.restore, client)
      assert.same({ ["Containers/ListStream"] = 1, ["Tasks/List"] = 1 }, calls)
      assert.equal(2, #both)
      for _, each in ipairs(both) do assert.equal(true, each:delete { force = true }) end
      assert.same(before, live.leftovers(before))
   end)
end)
