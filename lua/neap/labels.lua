--- Labels: notes on a record that everybody who looks at containerd can read.
--
-- Names that begin with "neap." are Neap's own. They help to find things; what
-- they say is never believed, since anybody may write them.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local fields = require "neap.fields"

local labels = {
   bundle = "neap.bundle", -- the bundle directory
   owner = "neap.owner", -- "<boot id> <pid> <start time>" of who is making it
   foreign_bundle = "com.docker/engine.bundle.path", -- read, never written
   overlay = "neap.rootfs_overlay", -- the directory below
   volumes = "neap.volumes", -- names of those that go with it, parted by commas
   joined = "neap.joined", -- whose namespaces it joins, as `owner`, parted by commas
   log = "neap.log", -- the log's settings, as JSON
   stop_timeout = "neap.stop_timeout", -- seconds
   stop_signal = "io.containerd.image.config.stop-signal", -- containerd's own
}

local function check_one(name, value, may_remove)
   if type(name) ~= "string" or name == "" then
      return nil, ("%s is not the name of a label (a string)"):format(escape.show(name))
   end
   if name:find("^neap%.") then
      return nil, ("%s is reserved (neap.* is Neap's own)"):format(escape.show(name))
   end
   if value == false and may_remove then return true end
   if type(value) ~= "string" then
      return nil, ("%s is %s (labels are strings)"):format(
         escape.show(name), escape.show(value)
      )
   end
   if #name + #value > defaults.label_length then
      return nil, ("%s has %d bytes with its value (at most %d)"):format(
         escape.show(name), #name + #value, defaults.label_length
      )
   end
   if not utf8.len(name) or not utf8.len(value) then
      return nil, ("%s is not UTF-8"):format(escape.show(name))
   end
   if name:find("\0", 1, true) or value:find("\0", 1, true) then
      return nil, ("%s = %s contains NUL"):format(escape.show(name), escape.show(value))
   end
   return true
end

--- Check labels that a user gives.
---@param given any
---@param may_remove? boolean  is `false`, which removes a label, a value?
---@return table<string, string|false>? labels  a copy
---@return string? why  what is wrong with them
function labels.parse(given, may_remove)
   if type(given) ~= "table" then
      return nil, ("%s is not a table of labels"):format(escape.show(given))
   end

   local checked = {}
   for _, name in ipairs(fields.names(given)) do
      local ok, why = check_one(name, given[name], may_remove)
      if not ok then return nil, why end
      checked[name] = given[name]
   end
   return checked
end

--- Check those of a record. containerd drops labels that are empty, without a word
--- (metadata/boltutil, WriteLabels), so one would be lost, or be removed.
---@param given any
---@param may_remove? boolean
---@return table<string, string|false>? labels  a copy
---@return string? why
function labels.of_record(given, may_remove)
   local checked, why = labels.parse(given, may_remove)
   for _, name in ipairs(fields.names(checked or {})) do
      if checked[name] == "" then
         return nil, ("%s has no value, and containerd keeps no such label%s"):format(
            escape.show(name), may_remove and " (false removes one)" or ""
         )
      end
   end
   return checked, why
end

return labels
