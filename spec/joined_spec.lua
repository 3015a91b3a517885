-- Who is joined by number, and whether it is still who it was.

local joined = require "neap.joined"
local owner = require "neap.owner"

local function spec_of(...)
   local list = { { type = "pid" } }
   for i, path in ipairs { ... } do list[i + 1] = { type = "network", path = path } end
   return { linux = { namespaces = list } }
end

local ME <const> = owner.label()
local PATH <const> = "/proc/" .. ME:match "^%S+ (%d+)" .. "/ns/net"

describe("processes that are joined", function()
   it("are noted once each, where there are any", function()
      assert.equal(ME, joined.processes(spec_of(PATH, PATH, "/run/netns/a")))
      for _, none in ipairs { spec_of(), spec_of "/proc/0/ns/net", {}, { linux = 5 },
         { linux = { namespaces = { 5, { path = 5 } } } } } do
         assert.is_nil(joined.processes(none))
      end
   end)

   it("are looked for again", function()
      local other = ME:gsub("%d+$", "1")
      local cases <const> = {
         { ME, PATH, false }, { other .. "," .. ME, PATH, false }, { other, PATH, true },
         { ME .. "1", PATH, true }, { other, "/run/netns/a", false }, { nil, PATH, false },
         { "?", PATH, false },
      }
      for _, case in ipairs(cases) do
         local why = joined.ended({ labels = { ["neap.joined"] = case[1] } }, spec_of(case[2]))
         assert.equal(case[3], why ~= nil)
      end
   end)
end)
