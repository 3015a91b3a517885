--- Who set what in a container's spec: kept with the record, and read again.

local core = require "neap.core"
local choose = require "neap.platform.choose"
local failure = require "neap.error"
local json = core.json
local machine = require "neap.machine"
local origin = require "neap.spec.origin"
local specs = require "neap.spec"

local explain = {}

--- The notes that a record carries; nil: others made it.
---@param container neap.Container
---@return neap.spec.Notes?
function explain.notes(container)
   local kept = (container.extensions or {})["neap.explain"]
   local ok, notes = pcall(json.decode, kept and kept.value or "")
   if not ok or type(notes) ~= "table" then return nil end
   for path, option in pairs(notes) do
      if type(path) ~= "string" or type(option) ~= "string" then return nil end
   end
   return notes
end

--- What differs from a spec of ours has been set by nobody knows whom.
local function unknown(container, spec)
   local client = core.container_client(container)
   local _, platform = choose(container.runtime)
   local own = require "neap.engine".own(client:address())
   local default = specs.default {
      platform = platform, namespace = client:namespace(), id = container.id, machine = machine,
      cgroup_prefix = own and own.cgroup_prefix or nil,
   }
   local notes = {}
   origin.note_rest(notes, default, spec, function() return "unknown" end)
   return notes
end

local function set(rows)
   local chosen = {}
   for _, row in ipairs(rows) do
      if row.option ~= "default" then chosen[#chosen + 1] = row end
   end
   return chosen
end

local function refuse(container, code, message)
   return nil, failure.new { code = code, op = "container.explain", id = container.id,
      message = message }
end

--- Tell who set each field of a container's spec, or those at one path. Of a
--- record that others made: only what differs from what Neap would make.
---@param container neap.Container
---@param path? string
---@return neap.spec.Origin[]? rows
---@return neap.Error? err  `not_found`: there is no such path
function explain.rows(container, path)
   local spec = container.spec
   if type(spec) ~= "table" then
      return refuse(container, "failed_precondition", "the record's spec is not JSON")
   end
   local notes = explain.notes(container)
   local rows = origin.rows(spec, notes or unknown(container, spec), path)
   if path and path ~= "" and #rows == 0 then
      return refuse(container, "not_found", ("the spec has no %s"):format(path))
   end
   if notes or path and path ~= "" then return rows end
   return set(rows)
end

return explain
