--- What a volume is: its name and place, and what its volume.json says.

local core = require "neap.core"
local json = core.json
local place = require "neap.volume.place"

local facts = {}

local fs = core.fs

local LARGEST <const> = 1 << 20
local FILE_MODE <const> = 384 -- 0600

---@class neap.Volume
---@field name string
---@field path string          what is mounted, on the host
---@field labels table<string, string>
---@field created_at number    seconds since 1970
---@field container? string    an anonymous one's: it goes with that container

--- Write what it is.
---@param directory string
---@param about { labels: table?, container: string? }
---@return true? ok
---@return neap.Error? err
function facts.write(directory, about)
   local text = json.encode {
      created_at = core.time(), labels = about.labels or {}, container = about.container,
   }
   return core.path.write(directory .. "/volume.json", text, FILE_MODE)
end

local function decode(directory)
   local file <close> = fs.open_plain(directory .. "/volume.json")
   local ok, value = pcall(json.decode, file and file:read(LARGEST) or "")
   return ok and type(value) == "table" and value or {}
end

local function strings(value)
   local kept = {}
   for name, text in pairs(type(value) == "table" and value or {}) do
      if type(name) == "string" and type(text) == "string" then kept[name] = text end
   end
   return kept
end

--- Read one; nil where there is none.
---@param client neap.Client
---@param name string  checked before
---@return neap.Volume?
function facts.read(client, name)
   local directory = place.of(client, name)
   local data = fs.lstat(directory .. "/_data")
   if not data or data.type ~= "directory" then return nil end
   local said = decode(directory)
   return {
      name = name, path = directory .. "/_data", labels = strings(said.labels),
      created_at = tonumber(said.created_at) or data.changed,
      container = type(said.container) == "string" and said.container or nil,
   }
end

return facts
