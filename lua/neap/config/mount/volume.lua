--- A volume to be mounted: its name, or none, and docker's options.

local escape = require "neap.escape"
local flags = require "neap.config.mount.flags"
local ids = require "neap.id"
local labels = require "neap.labels"

local volume = {}

local NAME_LENGTH <const> = 32 -- of one that is given none

local function read_words(words)
   local chosen, nocopy = {}, nil
   for _, word in ipairs(words) do
      if word == "nocopy" then
         nocopy = true
      else
         local ok, why = flags.note(word, flags.volume, chosen)
         if not ok then return nil, why end
      end
   end
   return chosen, nocopy
end

--- A mount of a volume.
---@param name any  nil: one of the container's own, which goes with it
---@param destination string
---@param words string[]  "ro", "nocopy"
---@param given_labels? any  of the volume, where it is made
---@return table? mount
---@return string? why
function volume.new(name, destination, words, given_labels)
   local checked = name == nil and ids.random(NAME_LENGTH) or ids.parse(name)
   if not checked then
      local _, why = ids.parse(name)
      return nil, ("source: %s (the name of a volume; a path has a \"/\")"):format(
         why or escape.show(name)
      )
   end
   local chosen, nocopy = read_words(words)
   if not chosen then return nil, "options: " .. nocopy end
   local own
   if given_labels ~= nil then
      local wrong
      own, wrong = labels.parse(given_labels)
      if not own then return nil, "labels: " .. wrong end
   end
   return {
      type = "volume", source = checked, destination = destination, labels = own,
      options = flags.of_bind(chosen), nocopy = nocopy, is_anonymous = name == nil or nil,
   }
end

return volume
