--- Errors: what a call answers after `nil`.
--
-- An error is a table: `code` for programs, `op` and `message` for people, and
-- whatever else its maker knows. With the core loaded these are the core's own;
-- without it, for policy that runs alone, they read the same.

local escape = require "neap.escape"

local failure = {}

local has_core, core = pcall(require, "neap.core")

local function line(err)
   local parts = {}
   for _, name in ipairs { "op", "code", "message" } do
      if err[name] ~= nil then
         parts[#parts + 1] = escape.text(tostring(err[name]))
      end
   end
   return table.concat(parts, ": ")
end

local error_mt = has_core and getmetatable(core.error {})
   or { __name = "neap.error", __tostring = line }

--- Make a table an error. `code` is "unknown" unless it says otherwise.
---@param err table
---@return neap.Error err  the same table
function failure.new(err)
   err.code = err.code or "unknown"
   return setmetatable(err, error_mt)
end

local CODES <const> = {
   ENOENT = "not_found", EEXIST = "already_exists",
   EACCES = "permission_denied", EPERM = "permission_denied",
   ENOSPC = "resource_exhausted", EDQUOT = "resource_exhausted",
   EMFILE = "resource_exhausted", ENFILE = "resource_exhausted",
}

--- What an errno's name means.
---@param errno? string
---@param otherwise string  where it means nothing of its own
---@return string code
function failure.code_of(errno, otherwise) return CODES[errno] or otherwise end

local NAMES <const> = {
   [2] = "ENOENT", [13] = "EACCES", [20] = "ENOTDIR", [23] = "ENFILE", [24] = "EMFILE",
   [32] = "EPIPE",
}

--- The name of an errno, which Lua's io gives as Linux's number.
---@param number? integer
---@return string? name  nil: not one that is asked about
function failure.errno(number) return NAMES[number] end

--- Is this value an error of ours?
---@param value any
---@return boolean
function failure.is(value)
   return type(value) == "table" and getmetatable(value) == error_mt
end

return failure
