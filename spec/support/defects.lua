--- Specs with something wrong in them, for the specs of neap.spec.valid.

local assert = require "luassert"
local spec = require "neap.spec"
local valid = require "neap.spec.valid"

local defects = { ONE = { { containerID = 0, hostID = 1000, size = 1 } } } -- one id mapped

function defects.default()
   return assert(spec.new({ id = "web", rootfs = "/r", args = { "true" } }, { namespace = "n" }))
end

--- Put a value at "process.cwd" or "mounts[1].options" of a default spec.
function defects.with(changes)
   local made = defects.default()
   for place, value in pairs(changes) do
      local at, name = made, nil
      for step in place:gmatch "[^.%[%]]+" do
         if name then
            at[name] = at[name] or {}
            at = at[name]
         end
         name = math.tointeger(tonumber(step)) or step
      end
      at[name] = value
   end
   return made
end

function defects.namespaces(...)
   local list = {}
   for i, kind in ipairs { ... } do list[i] = { type = kind } end
   return list
end

function defects.rlimit(kind, soft, hard) return { type = kind, soft = soft, hard = hard } end

function defects.device(kind, path, major, minor)
   return { type = kind, path = path, major = major, minor = minor }
end

--- A defect is { place, value, why, below }: what has the value at the place is
--- refused, there or `below` it, for the reason.
function defects.name(defect)
   return ("refuses spec.%s%s: %s"):format(defect[1], defect[4] or "", defect[3])
end

function defects.assert_refused(defect)
   local place, value, why, below = defect[1], defect[2], defect[3], defect[4] or ""
   local ok, message = valid.check(defects.with { [place] = value })

   assert.is_nil(ok)
   assert.equal("spec." .. place .. below .. ":", message:match "^[^ ]+")
   assert.matches(why, message, 1, true)
end

return defects
