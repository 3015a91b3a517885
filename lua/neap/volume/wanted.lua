--- The volumes that a config mounts: made on first use, as docker does.

local choose = require "neap.platform.choose"
local core = require "neap.core"
local facts = require "neap.volume.facts"
local ids = require "neap.id"
local labels = require "neap.labels"
local log = require "neap.log"
local path = require "neap.path"
local place = require "neap.volume.place"
local turn = require "neap.turn"
local use = require "neap.volume.use"

local wanted = {}

local function each(config)
   local list = {}
   for _, mount in ipairs(config.mounts or {}) do
      if mount.type == "volume" then list[#list + 1] = mount end
   end
   return list
end

--- The names of those that go with the container, for its label.
---@param config table
---@return string? names
function wanted.anonymous(config)
   local names = {}
   for _, mount in ipairs(each(config)) do
      if mount.is_anonymous then names[#names + 1] = mount.source end
   end
   return names[1] and table.concat(names, ",")
end

local function root_of(config, spec)
   local root = config.rootfs or spec.root and spec.root.path
   return type(root) == "string" and root:sub(1, 1) == "/" and root or nil
end

--- Where that is not known, somebody may.
local function is_used(client, volume)
   local containers = client:containers()
   local above = path.parent(place.of(client, volume.name))
   return not containers or use.of(containers, above)[volume.name] ~= nil
end

--- What somebody has in use, or has mounted something on, stays the directory that
--- it is. It is empty again where filling it fails; but who uses it meanwhile keeps
--- what he wrote.
local function fill_in_place(client, volume, about)
   local ok, err = require "neap.volume.creation".fill(volume.path, about.root, about.inside)
   if ok then return true end
   if is_used(client, volume) then return nil, err end
   for _, name in ipairs(core.fs.list(volume.path) or {}) do
      local whole = volume.path .. "/" .. name
      if not core.fs.unlink(whole) then core.tree.remove(whole) end
   end
   return nil, err
end

--- What is there already is filled where it is empty.
local function fill(client, volume, about)
   local state = core.state(client)
   state.filling = state.filling or {}
   local _mine <close> = turn.take(state.filling)
   local names = about.root and core.fs.list(volume.path)
   if not names or names[1] then return true end
   local ok, err, is_done = require "neap.volume.creation".refill(client, volume, about,
      function() return is_used(client, volume) end)
   if not ok or is_done then return ok, err end
   return fill_in_place(client, volume, about)
end

local function make_one(client, mount, config, spec)
   local uid, gid = choose(config.runtime).spec_user(spec)
   local about = {
      labels = mount.labels, container = mount.is_anonymous and config.id or nil,
      uid = uid, gid = gid,
      root = not mount.nocopy and root_of(config, spec) or nil, inside = mount.destination,
   }
   local creation = require "neap.volume.creation"
   local volume, is_new = creation.ensure(client, mount.source, about, "container.create")
   if not volume then return nil, is_new end
   local ok, err = true, nil
   if not is_new then ok, err = fill(client, volume, about) end
   if ok then return is_new end
   return nil, err
end

--- Make those that are not there.
---@param client neap.Client
---@param config table  checked
---@param spec table
---@return string[]? made  the names of the new ones
---@return neap.Error? err  none of them is there then
function wanted.make(client, config, spec)
   local made = {}
   for _, mount in ipairs(each(config)) do
      local is_new, err = make_one(client, mount, config, spec)
      if is_new == nil then
         wanted.unmake(client, made)
         err.id = config.id
         return nil, err
      end
      if is_new then made[#made + 1] = mount.source end
   end
   return made
end

--- Make again those that were removed since.
---@param client neap.Client
---@param config table  checked
---@param spec table
---@return true? ok
---@return neap.Error? err
function wanted.keep(client, config, spec)
   for _, mount in ipairs(each(config)) do
      if not core.fs.lstat(place.data(client, mount.source)) then
         local is_new, err = make_one(client, mount, config, spec)
         if is_new == nil then return nil, err end
      end
   end
   return true
end

--- Take back new ones that nobody came to use; what stays is prune's.
---@param client neap.Client
---@param names string[]
function wanted.unmake(client, names)
   if client:is_closed() then return end
   local removal = require "neap.volume.removal"
   for _, name in ipairs(names) do
      local ok, err = removal.remove(client, name, "volumes.remove")
      if not ok and err.code ~= "not_found" then log.warn("volume %s stays: %s", name, err) end
   end
end

--- Remove those of a container that is gone. Its label says which they may be; that
--- they are its, they say themselves.
---@param container neap.Container
function wanted.remove(container)
   local names, id = container.labels[labels.volumes], container.id
   if not names then return end
   local client, own = core.container_client(container), {}
   for name in names:gmatch "[^,]+" do
      local volume = ids.parse(name) and facts.read(client, name)
      if volume and volume.container == id then own[#own + 1] = name end
   end
   wanted.unmake(client, own)
end

--- Remove those of containers that are gone, whose removal was cut short.
---@param client neap.Client
---@param containers neap.Container[]  all of the namespace
function wanted.sweep(client, containers)
   local there = {}
   for _, container in ipairs(containers) do there[container.id] = true end
   local _, err = require "neap.volume.removal".prune(client, function(volume)
      return volume.container ~= nil and not there[volume.container]
   end, containers)
   if err then log.warn("volumes: %s", err) end
end

return wanted
