--- client.volumes: directories that outlive containers, by name.

local core = require "neap.core"
local creation = require "neap.volume.creation"
local facts = require "neap.volume.facts"
local failure = require "neap.error"
local fields = require "neap.fields"
local ids = require "neap.id"
local labels = require "neap.labels"
local path = require "neap.path"
local place = require "neap.volume.place"
local removal = require "neap.volume.removal"
local values = require "neap.config.values"

---@class neap.Volumes
local Volumes = {}
Volumes.__index = Volumes
Volumes.__name = "neap.volumes"

local CREATE <const> = { name = true, labels = true }

local function refuse(op, code, message)
   return nil, failure.new { code = code, op = op, message = message }
end

local function check_open(volumes, method)
   if volumes.client:is_closed() then
      error(("%s: the client is closed"):format(method), 3)
   end
end

--- A name as a method's argument: raises where it is no string.
local function check_name(name, method, op)
   if type(name) ~= "string" then
      error(("bad argument #1 to '%s' (string expected, got %s)"):format(method, type(name)), 3)
   end
   local ok, why = ids.parse(name)
   if ok then return name end
   return refuse(op, "invalid_argument", "name: " .. why)
end

local function parse(given, op)
   local ok, unknown = fields.check(given, CREATE)
   if not ok then return refuse(op, "invalid_argument", unknown) end
   local name, why = ids.parse(given.name or ids.random(32))
   if not name then return refuse(op, "invalid_argument", "name: " .. why) end
   local checked, wrong = labels.parse(given.labels or {})
   if not checked then return refuse(op, "invalid_argument", "labels: " .. wrong) end
   return { name = name, labels = checked }
end

--- Make a volume where it is not there.
---@param given { name: string?, labels: table<string, string>? }
---@return neap.Volume? volume
---@return boolean|neap.Error is_new
function Volumes:ensure(given)
   check_open(self, "ensure")
   values.expect_table(given, 1, "ensure")
   local wanted, wrong = parse(given, "volumes.ensure")
   if not wanted then return nil, wrong end
   return creation.ensure(self.client, wanted.name, wanted, "volumes.ensure")
end

--- Make a volume; without a name, it gets one.
---@param given { name: string?, labels: table<string, string>? }
---@return neap.Volume? volume
---@return neap.Error? err  `already_exists`
function Volumes:create(given)
   check_open(self, "create")
   values.expect_table(given, 1, "create")
   local op = "volumes.create"
   local wanted, wrong = parse(given, op)
   if not wanted then return nil, wrong end
   local volume, is_new = creation.ensure(self.client, wanted.name, wanted, op)
   if not volume then return nil, is_new end
   if is_new then return volume end
   return refuse(op, "already_exists", ("volume %q is there"):format(wanted.name))
end

--- All volumes of the namespace, by name.
---@return neap.Volume[]? volumes
---@return neap.Error? err
function Volumes:list()
   check_open(self, "list")
   local directory = path.parent(place.of(self.client, "any"))
   local names, errno = core.fs.list(directory)
   if not names and errno ~= "ENOENT" then
      return nil, failure.new {
         code = failure.code_of(errno, "unknown"), op = "volumes.list", errno = errno,
         message = ("%s %s"):format(directory, path.reason(errno)),
      }
   end
   table.sort(names or {})
   local list = {}
   for _, name in ipairs(names or {}) do
      list[#list + 1] = ids.parse(name) and facts.read(self.client, name) or nil
   end
   return list
end

--- One volume.
---@param name string
---@return neap.Volume? volume
---@return neap.Error? err  `not_found`
function Volumes:inspect(name)
   check_open(self, "inspect")
   local op = "volumes.inspect"
   local ok, wrong = check_name(name, "inspect", op)
   if not ok then return nil, wrong end
   local volume = facts.read(self.client, name)
   if volume then return volume end
   return refuse(op, "not_found", ("there is no volume %q"):format(name))
end

--- Remove one that no container of the namespace uses, running or not.
---@param name string
---@return true? ok
---@return neap.Error? err  `failed_precondition` names who uses it; `not_found`
function Volumes:remove(name)
   check_open(self, "remove")
   local ok, wrong = check_name(name, "remove", "volumes.remove")
   if not ok then return nil, wrong end
   return removal.remove(self.client, name, "volumes.remove")
end

--- Remove all that no container uses, and what was left of others half way.
---@return string[]? names  of those that are gone
---@return neap.Error? err  why another stays; the names are beside it
function Volumes:prune()
   check_open(self, "prune")
   return removal.prune(self.client, function() return true end)
end

local volumes = {}

--- The volumes of a client's engine and namespace.
---@param client neap.Client
---@return neap.Volumes
function volumes.of(client)
   local state = core.state(client)
   state.volumes = state.volumes or setmetatable({ client = client }, Volumes)
   return state.volumes
end

return volumes
