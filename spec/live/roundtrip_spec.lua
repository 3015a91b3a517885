-- Specs come back from containerd as they went: value for value through Lua, and
-- bit for bit where Lua did not touch them.

local live = require "support.live"
local neap = require "neap"

local URL <const> = "types.containerd.io/opencontainers/runtime-spec/1/Spec"

-- As nobody's JSON writer would write it.
local TEXT <const> = [==[
{ "ociVersion" : "1.0.2","process":{"cwd":"/","args":["/bin/sh","-c",
  "ulimit -c; echo \u00fc"],  "env":[], "user":{}, "rlimits":[
  {"hard":18446744073709551615, "type":"RLIMIT_CORE",
  "soft":18446744073709551615}]},	"root":{"path":"ROOT"}, "mounts":[
  {"destination":"/proc","type":"proc", "options":[]}], "annotations":{},
  "org.example.more": { "map":{}, "list":[], "lists":[[],{},[[]]], "least":-9223372036854775808,
    "most":9223372036854775807, "over":9223372036854775808, "half":0.5, "tiny":1e-7,
    "none":null, "no":false, "zero":0, "": "no name",
    "text":"Gr\u00fc\u00dfe Grüße \ud83d\ude00 😀 \u2028 \/ \\ \" \u0000 \u0007 \u007f" },
  "linux":{"cgroupsPath":"/GROUP", "resources":{}, "maskedPaths":[],
  "namespaces":[{"type":"mount"},{"type":"pid"}]} }
]==]

describe("a spec", function()
   local client, text

   setup(function()
      text = TEXT:gsub("ROOT", live.rootfs()):gsub("GROUP", live.namespace .. "/roundtrip")
   end)
   before_each(function() client = live.client() end)
   after_each(function() live.disconnect(client) end)

   --- What containerd holds.
   local function stored(id)
      local got, err = client:call("containerd.services.containers.v1.Containers/Get", { id = id })
      if not got then error(err) end
      return got.container.spec.value
   end

   it("survives Lua value for value", function()
      local whole = neap.json.decode(text)
      local expected = neap.json.encode(whole)
      assert.matches('"hard":18446744073709551615', expected, 1, true)
      assert.matches('"lists":[[],{},[[]]]', expected, 1, true)

      local container, err = client:create { id = "whole", spec = whole }
      if not container then error(err) end
      assert.equal(expected, neap.json.encode(neap.json.decode(stored "whole")))
      assert.equal(expected, neap.json.encode(container.spec))

      container, err = client:create {
         id = "edited", rootfs = live.rootfs(), args = { "true" },
         spec = function() return container.spec end,
      }
      if not container then error(err) end
      assert.equal(expected, neap.json.encode(container.spec))
      assert.equal(expected, neap.json.encode(client:load("edited").spec))
   end)

   it("that Lua did not touch stays bit for bit, whatever is done with its container", function()
      local made, err = client:call("containerd.services.containers.v1.Containers/Create", {
         container = {
            id = "foreign", runtime = { name = "io.containerd.runc.v2" },
            spec = { type_url = URL, value = text },
         },
      })
      if not made then error(err) end
      local container = client:load "foreign"
      container.spec.process.args[1] = "changed" -- a copy of one's own
      assert.is_true(container:update { labels = { a = "b" } })
      local task, unstarted = container:start { stdout = "pipe" }
      if not task then error(unstarted) end
      assert.equal("unlimited", task:read "l")
      assert.equal("ü", task:read "l")
      assert.equal(0, task:wait().code)
      task:delete()
      client:close()

      client = live.client()
      container = client:restore()[1]
      assert.equal("b", container.labels.a)
      assert.is_true(container:update { labels = { a = false } })
      assert.equal(text, stored "foreign")
   end)
end)
