--- What a mount may do, in mount(8)'s words: "ro", "noexec", "rslave".

local escape = require "neap.escape"
local fields = require "neap.fields"

local flags = {}

--- Of each of these at most one can be meant.
local CHOICES <const> = {
   access = { "ro", "rw" },
   depth = { "bind", "rbind" },
   propagation = { "private", "rprivate", "slave", "rslave", "shared", "rshared" },
   exec = { "exec", "noexec" },
   suid = { "suid", "nosuid" },
   dev = { "dev", "nodev" },
}

local choice_of = {}
for name, words in pairs(CHOICES) do
   for _, word in ipairs(words) do choice_of[word] = name end
end

--- Which choices there are for a bind mount, and for a tmpfs.
flags.bind = {
   access = true, depth = true, propagation = true, exec = true, suid = true, dev = true,
}
flags.volume = { access = true, exec = true, suid = true, dev = true }
flags.tmpfs = { access = true, exec = true, suid = true, dev = true }

--- The words of some choices, for messages.
---@param choices table<string, true>
---@return string
function flags.words(choices)
   local words = {}
   for word, choice in pairs(choice_of) do
      if choices[choice] then words[word] = true end
   end
   return table.concat(fields.names(words), ", ")
end

--- Note a word in `chosen`, by its choice.
---@param word string
---@param choices table<string, true>  those there are
---@param chosen table<string, string>  filled
---@return true? ok
---@return string? why
function flags.note(word, choices, chosen)
   local choice = choice_of[word]
   if not choice or not choices[choice] then
      return nil, ("%s is not an option of this mount (%s)"):format(
         escape.show(word), flags.words(choices)
      )
   end
   local other = chosen[choice]
   if other and other ~= word then
      return nil, ("%s and %s exclude each other"):format(other, word)
   end
   chosen[choice] = word
   return true
end

--- Is this one of the words of propagation?
---@param word any
---@return boolean
function flags.is_propagation(word)
   return choice_of[word] == "propagation"
end

--- The options of a bind mount: docker's defaults, where nothing else is said.
---@param chosen table<string, string>
---@return string[]
function flags.of_bind(chosen)
   local options = {
      chosen.depth or "rbind", chosen.propagation or "rprivate", chosen.access or "rw",
   }
   for _, choice in ipairs { "suid", "dev", "exec" } do
      options[#options + 1] = chosen[choice]
   end
   return options
end

return flags
