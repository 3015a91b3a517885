--- Topics of events: containerd's own, their last word, or a pattern.

local escape = require "neap.escape"
local fields = require "neap.fields"
local nearest = require "neap.nearest"

local topic = {}

--- What happens to tasks, by its last word.
local WORDS <const> = {
   create = true, start = true, exit = true, delete = true, oom = true,
   paused = true, resumed = true, checkpointed = true,
   ["exec-added"] = true, ["exec-started"] = true,
}

local function pattern_of(text)
   local escaped = text:gsub("[%^%$%(%)%%%.%[%]%+%-%?]", "%%%0"):gsub("%*", ".*")
   return "^" .. escaped .. "$"
end

--- A pattern is for whole topics, or for what happens to tasks.
local function matcher(pattern)
   return function(given)
      local word = given:match "^/tasks/(.*)"
      return given:find(pattern) ~= nil or word ~= nil and word:find(pattern) ~= nil
   end
end

--- Make a test for topics: "exit", "exec-*", "/images/create", "/images/*", "*";
--- nil: any.
---@param wanted any
---@return (fun(topic: string): boolean)? matches
---@return string? why
function topic.parse(wanted)
   if wanted == nil then return function() return true end end
   if type(wanted) ~= "string" or wanted == "" then
      return nil, ("%s is not a topic"):format(escape.show(wanted))
   end
   if wanted:find("*", 1, true) then
      return matcher(pattern_of(wanted))
   end
   if wanted:sub(1, 1) == "/" then return function(given) return given == wanted end end
   if not WORDS[wanted] then
      return nil, ("%s is not a topic (a word as \"exit\", a whole topic as \z
         \"/images/create\", or a pattern with *)%s"):format(
         escape.show(wanted), nearest.hint(wanted, fields.names(WORDS)))
   end
   local whole = "/tasks/" .. wanted
   return function(given) return given == whole end
end

return topic
