--- Who set what in a spec.
--
-- While a spec is made, each concern notes the paths it changes and the option
-- that told it so. The nearest noted path that a path is in decides; where none
-- is, it is as it is by default. So the notes hold only what is not default.

local difference = require "neap.spec.difference"
local tree = require "neap.spec.tree"

local origin = {}

---@alias neap.spec.Notes table<string, string>  path -> option

---@class neap.spec.Origin
---@field path string
---@field value any         nil: it was taken away
---@field concern? string   whose part of the spec it is
---@field option string     "default", "image", the option's name, "spec" for the
---                          user's own spec or function, "concerns.NAME" for one
---                          of his concerns, "policy NAME"; "unknown"

--- The option that set a path.
---@param notes neap.spec.Notes
---@param path string
---@return string option
function origin.option(notes, path)
   for prefix in tree.prefixes(path) do
      if notes[prefix] then return notes[prefix] end
   end
   return "default"
end

local owners

--- The concern that answers for a path; nil: none does.
---@param path string
---@return string?
function origin.concern(path)
   if not owners then
      owners = {}
      for _, concern in ipairs(require "neap.spec.concerns".list) do
         for _, covered in ipairs(concern.paths) do owners[covered] = concern.name end
      end
   end
   for prefix in tree.prefixes(path) do
      if owners[prefix] then return owners[prefix] end
   end
   return nil
end

local function has_below(notes, path)
   for noted in pairs(notes) do
      if noted ~= path and tree.is_within(path, noted) then return true end
   end
   return false
end

--- Note what somebody changed, by what it was before and is now. What had been
--- noted below a changed place says nothing any more.
---@param notes neap.spec.Notes  changed
---@param before table
---@param after table
---@param option string
function origin.note(notes, before, after, option)
   for _, changed in ipairs(difference.list(before, after)) do
      for noted in pairs(notes) do
         local is_past = not changed.order and tree.is_within(changed.path, noted)
         if is_past then notes[noted] = nil end
      end
      if not changed.order then notes[changed.path] = option end
   end
end

--- Note what differs from the default and is not noted yet, as `option_of` says
--- for its concern.
---@param notes neap.spec.Notes  changed
---@param default table
---@param made table
---@param option_of fun(concern: string?): string|false|nil
function origin.note_rest(notes, default, made, option_of)
   for _, changed in ipairs(difference.list(default, made)) do
      local is_open = not changed.order and origin.option(notes, changed.path) == "default"
      local option = is_open and option_of(origin.concern(changed.path))
      if option then notes[changed.path] = option end
   end
end

local function row(notes, path, value)
   return {
      path = path, value = value, concern = origin.concern(path),
      option = origin.option(notes, path),
   }
end

local LONG <const> = 16 -- elements

--- A long list all of whose elements one option set: privileged gives a hundred
--- devices.
local function is_uniform(notes, children)
   local first = children[1]
   if #children <= LONG or not first.is_element then return false end
   local option = origin.option(notes, first.path)
   for _, child in ipairs(children) do
      if origin.option(notes, child.path) ~= option then return false end
   end
   return true
end

local function add(rows, notes, node)
   local children = tree.children(node.path, node.value)
   if children and is_uniform(notes, children) then
      local one = row(notes, children[1].path, node.value)
      one.path = node.path
      rows[#rows + 1] = one
      return
   end
   local is_one = not children or node.is_element and not has_below(notes, node.path)
   if is_one then
      rows[#rows + 1] = row(notes, node.path, node.value)
      return
   end
   for _, child in ipairs(children) do add(rows, notes, child) end
end

--- What was taken away: noted, and not there.
local function add_removed(rows, notes, spec, path)
   local removed = {}
   for noted in pairs(notes) do
      local is_asked = noted ~= "" and tree.is_within(path, noted)
      if is_asked and not tree.at(spec, noted) then removed[#removed + 1] = noted end
   end
   table.sort(removed)
   for _, noted in ipairs(removed) do rows[#rows + 1] = row(notes, noted, nil) end
end

--- A row for each field of a spec, an element of a list being one, and a long list
--- too that one option set; asked for by its path, it has a row for each element.
---@param spec table
---@param notes neap.spec.Notes
---@param path? string  only what is there and below
---@return neap.spec.Origin[] rows  none where there is no such path
function origin.rows(spec, notes, path)
   path = path or ""
   local rows, node = {}, tree.at(spec, path)
   if node and path ~= "" then node.is_element = false end
   local is_all_of_one = node and not tree.children(path, node.value)
   if is_all_of_one then
      rows[1] = row(notes, path, node.value)
   elseif node then
      for _, child in ipairs(tree.children(path, node.value)) do add(rows, notes, child) end
   end
   add_removed(rows, notes, spec, path)
   if #rows == 0 and notes[path] then rows[1] = row(notes, path, nil) end
   return rows
end

return origin
