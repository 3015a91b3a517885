--- Removing volumes that nobody uses.
--
-- Who creates a container makes its volumes, then the record, then sees that the
-- volumes are still there. Who removes one takes it away by a rename, and looks at
-- the records once more: one that uses it by then gets it back. So of two who meet,
-- one knows of the other.

local core = require "neap.core"
local facts = require "neap.volume.facts"
local failure = require "neap.error"
local log = require "neap.log"
local path = require "neap.path"
local place = require "neap.volume.place"
local use = require "neap.volume.use"

local removal = {}

local fs = core.fs

local function refuse(op, code, why, errno)
   return nil, failure.new { code = code, op = op, message = why, errno = errno }
end

local function above(client) return path.parent(place.of(client, "any")) end

--- Who uses which.
local function ask(client)
   local containers, err = client:containers()
   if not containers then return nil, err end
   return use.of(containers, above(client))
end

--- Remove what was taken away, or say that it stays.
local function discard(gone)
   local ok, err = place.remove(gone)
   if ok then return true end
   err.left = { gone }
   return nil, err
end

--- Give back what somebody came to use meanwhile, unless they have a new one.
local function give_back(gone, directory)
   if os.rename(gone, directory) then return end
   if fs.lstat(directory) then discard(gone) end
end

--- Take volumes away: those that nobody came to use meanwhile are gone.
local function take_away(client, names)
   local taken = {}
   for _, name in ipairs(names) do
      local gone = above(client) .. "/" .. place.passing("gone", name)
      if os.rename(place.of(client, name), gone) then taken[name] = gone end
   end
   local used, unknown = ask(client)
   local removed, err = {}, unknown
   for _, name in ipairs(names) do
      local is_wanted = not used or used[name]
      if taken[name] and is_wanted then
         give_back(taken[name], place.of(client, name))
      elseif taken[name] then
         local ok, stays = discard(taken[name])
         if ok then removed[#removed + 1] = name else err = err or stays end
      end
   end
   return removed, err
end

--- Remove one. A container may be created meanwhile: it is not cancelled half way.
---@param client neap.Client
---@param name string  checked before
---@param op string
---@return true? ok
---@return neap.Error? err  `failed_precondition`: it is used, by whom
function removal.remove(client, name, op)
   if not facts.read(client, name) then
      return refuse(op, "not_found", ("there is no volume %q"):format(name))
   end
   local ok, why, errno = place.check(place.of(client, name))
   if not ok then return refuse(op, "failed_precondition", why, errno) end
   local used, unknown = ask(client)
   if not used then return nil, unknown end
   if used[name] then
      return refuse(op, "failed_precondition", ("volume %q is used by %s"):format(
         name, table.concat(used[name], ", ")
      ))
   end
   local removed, err = core.shield(take_away, client, { name })
   if err then return nil, err end
   if not removed[1] then
      return refuse(op, "failed_precondition", ("volume %q came to be used"):format(name))
   end
   return true
end

--- What others left who were killed half way.
local function settle(client, found, used)
   local kind, pid, name = place.read(found)
   if not kind or fs.lstat(("/proc/%d"):format(pid)) then return end
   local whole = above(client) .. "/" .. found
   if not place.check(whole) then return end
   if kind == "gone" and used[name] and not fs.lstat(place.of(client, name)) then
      give_back(whole, place.of(client, name))
   else
      local ok, err = discard(whole)
      if not ok then log.warn("%s", err) end
   end
end

--- Remove each that `is_chosen` says, unless it is used.
---@param client neap.Client
---@param is_chosen fun(volume: neap.Volume): boolean
---@param containers? neap.Container[]  all of the namespace, where they are known
---@return string[]? names  of those that are gone
---@return neap.Error? err  why another stays, beside them
function removal.prune(client, is_chosen, containers)
   local found = fs.list(above(client))
   if not found then return {} end
   table.sort(found)
   local used, unknown = containers and use.of(containers, above(client)), nil
   if not used then used, unknown = ask(client) end
   if not used then return nil, unknown end
   local names = {}
   for _, name in ipairs(found) do
      settle(client, name, used)
      local volume = name:sub(1, 1) ~= "." and not used[name] and facts.read(client, name)
      local is_ours = volume and is_chosen(volume) and place.check(place.of(client, name))
      if is_ours then names[#names + 1] = name end
   end
   if #names == 0 then return {} end
   return core.shield(take_away, client, names)
end

return removal
