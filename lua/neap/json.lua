--- JSON that keeps what Go's decoder tells apart: integers from floats, arrays
--- from objects. It is the core's; this module is where policy finds it.
--
-- Without the core (specs that need no build) only the marks exist: what is an
-- array, and numbers beyond a Lua integer.

local ok, core = pcall(require, "neap.core")
if ok then return core.json end
if not tostring(core):find("module 'neap.core' not found", 1, true) then error(core, 0) end

local json = {}

local array_mt = { __name = "neap.json.array" }
local uint_mt = {
   __name = "neap.json.uint",
   __tostring = function(self) return self.digits end,
}

json.null = setmetatable({}, { __name = "neap.json.null" })

--- Mark a table as an array, which an empty one needs.
function json.array(list) return setmetatable(list or {}, array_mt) end

function json.is_array(value)
   return type(value) == "table" and getmetatable(value) == array_mt
end

--- Say that a table is written to no more.
function json.keep(value) return value end

--- An unsigned number above math.maxinteger, by its digits.
function json.uint(digits) return setmetatable({ digits = digits }, uint_mt) end

return json
