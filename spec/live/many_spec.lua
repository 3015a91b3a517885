-- 200 containers, 16 at a time, by one script.

local live = require "support.live"
local shell = require "support.shell"

local COUNT <const>, WARM <const>, LIMIT <const> = 200, 50, 16
-- KiB, from the first WARM to the end. Nothing is kept of a container but its result:
-- without, it is 250 from the 200th to the 1200th. Lua's heap grows and shrinks by most
-- of itself each 50 or so; what is resident for that is there after some rounds.
local GROWTH <const> = 512

local SCRIPT <const> = [[
   local neap = require "neap"
   local client <close> = neap.connect { address = %q, namespace = %q }
   local root, count, warm, limit = %q, %d, %d, %d

   local function resident()
      for line in io.lines "/proc/self/status" do
         local kib = line:match "^VmRSS:%%s+(%%d+)"
         if kib then return tonumber(kib) end
      end
   end

   local items, done, before = {}, 0, nil
   for i = 1, count do items[i] = i end
   local results, errors = neap.map(items, limit, function(i)
      local result, err = client:run {
         rootfs = root,
         args = { "/bin/sh", "-c", "echo $0; echo err $0 >&2; exit $(($0 %% 100))", i .. "" },
      }
      done = done + 1
      if done == warm then before = resident() end
      return result, err
   end)
   print("grown", resident() - before)

   for i, err in pairs(errors or {}) do print("error", i, err) end
   for i, r in pairs(results) do
      if r.stdout ~= i .. "\n" or r.stderr ~= "err " .. i .. "\n" or r.code ~= i %% 100 then
         print("wrong", i, r.code, r.stdout, r.stderr)
      end
   end
]]

describe("200 containers, 16 at a time", function()
   it("come out right, in 5 RPCs each, in memory that stays", function()
      local client <close> = live.client()
      assert(client:containers())
      local before = live.leftovers()
      local script = SCRIPT:format(live.address, live.namespace, live.rootfs(), COUNT, WARM, LIMIT)
      local calls, result = live.count(shell.run, { live.program, "-e", script }, { timeout = 120 })
      assert.equal("", result.stderr)
      local grown = tonumber(result.stdout:match "^grown\t(%-?%d+)\n$")
      assert.is_number(grown, result.stdout)
      -- A sanitizer keeps what was freed, to see whether somebody uses it.
      local is_kept = (os.getenv "SAN" or "") ~= ""
      assert.is_true(is_kept or grown <= GROWTH, grown .. " KiB")
      assert.same({
         ["Containers/Create"] = COUNT, ["Tasks/Create"] = COUNT, ["Tasks/Start"] = COUNT,
         ["Tasks/Delete"] = COUNT, ["Containers/Delete"] = COUNT,
      }, calls)
      assert.same(before, live.leftovers(before))
      print("# resident memory grew by " .. grown .. " KiB")
   end)
end)
