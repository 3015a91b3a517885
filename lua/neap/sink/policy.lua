--- What becomes of output that its consumer has not taken yet.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local fields = require "neap.fields"
local path = require "neap.path"
local size = require "neap.size"

local policy = {}

---@class neap.sink.Policy
---@field policy "block"|"drop"|"spill"
---@field buffer? integer       in memory, in bytes
---@field spill_limit? integer  in the file
---@field spill_dir? string     where that is made

---@class neap.sink.PolicyOptions
---@field buffer? integer|string  how much is held in memory; default 1m
---@field limit? integer|string   "spill": how large the file may be; default 1g
---@field dir? string             "spill": default TMPDIR, else /var/tmp

local KNOWN <const> = {
   block = { buffer = true },
   drop = { buffer = true },
   spill = { buffer = true, limit = true, dir = true },
}

local function parse_size(options, name, default)
   if options[name] == nil then return default end
   local bytes, why = size.parse(options[name])
   if bytes == 0 then bytes, why = nil, "0 holds nothing" end
   if not bytes then return nil, ("%s: %s"):format(name, why) end
   return bytes
end

local function spill_dir(options)
   local dir = options.dir
   if dir == nil then dir = os.getenv "TMPDIR" or "" end
   if type(dir) ~= "string" or dir:find("\0", 1, true) then
      return nil, ("dir: %s is not the path of a directory"):format(escape.show(dir))
   end
   return dir ~= "" and dir or defaults.spill_dir
end

--- Read the options of a policy.
---@param kind string
---@param options neap.sink.PolicyOptions
---@return neap.sink.Policy? how
---@return string? why
function policy.parse(kind, options)
   local ok, unknown = fields.check(options, KNOWN[kind])
   if not ok then return nil, unknown end
   -- One that blocks holds as little as it can, unless it is told.
   local default = kind ~= "block" and defaults.sink_buffer or nil
   local buffer, why = parse_size(options, "buffer", default)
   if why then return nil, why end
   local how = { policy = kind, buffer = buffer }
   if kind ~= "spill" then return how end
   how.spill_limit, why = parse_size(options, "limit", defaults.spill_limit)
   if why then return nil, why end
   how.spill_dir, why = spill_dir(options)
   if why then return nil, why end
   return how
end

--- The policy with its directory absolute, and there.
---@param how neap.sink.Policy
---@param cwd string
---@param fs? neap.config.Fs
---@return neap.sink.Policy? placed
---@return string? why
---@return string? errno
function policy.place(how, cwd, fs)
   if not how.spill_dir then return how end
   local placed = setmetatable({ spill_dir = path.absolute(how.spill_dir, cwd) }, { __index = how })
   local found, errno = { type = "directory" }, nil
   if fs then found, errno = fs.stat(placed.spill_dir) end
   if not found then
      return nil, ("dir: %s %s"):format(escape.show(placed.spill_dir), path.reason(errno)), errno
   end
   if found.type ~= "directory" then
      return nil, ("dir: %s is not a directory"):format(escape.show(placed.spill_dir)), "ENOTDIR"
   end
   return placed
end

return policy
