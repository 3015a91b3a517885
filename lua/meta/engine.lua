---@meta

--- Starting, finding and stopping a private containerd: the mechanism. What
--- scripts use is neap.engine.
---@class neap.core.engine
local engine = {}

---@class neap.core.engine.Place
---@field lock string     a file to lock; made when missing
---@field socket string   where the engine answers
---@field name string     what its executable is called
---@field timeout number  seconds for the lock, and for the engine

---@class neap.core.engine.Config : neap.core.engine.Place
---@field log string
---@field config_path string
---@field config_text string
---@field argv string[]
---@field env string[]
---@field nofile integer
---@field launcher? boolean  argv asks a service manager, and ends

---@class neap.core.engine.Peer
---@field pid integer
---@field uid integer
---@field exe string
---@field ours? boolean  told by identify

---@param config neap.core.engine.Config
---@return neap.core.engine.Peer? peer
---@return boolean|table started  or err
function engine.start(config) end

---@param place neap.core.engine.Place
---@return neap.core.engine.Peer? peer  who it was
---@return table? err
function engine.stop(place) end

--- Who listens on a socket; `ours` when it is our user's and called `name`.
---@param socket string
---@param name string
---@return neap.core.engine.Peer? peer
---@return table? err  not_found when nobody does
function engine.identify(socket, name) end

--- Our effective uid.
---@return integer
function engine.user() end

---@class neap.core.path
local path = {}

---@class neap.core.path.Facts
---@field type "directory"|"file"|"link"|"socket"|"other"
---@field uid integer
---@field mode integer
---@field empty? boolean     these four for directories only
---@field noexec? boolean
---@field readonly? boolean
---@field free? integer      bytes

--- What is at a path, links not followed; nil alone where nothing is.
---@param file string
---@return neap.core.path.Facts? facts
---@return table? err
function path.inspect(file) end

--- The path without links, "." and "..".
---@param file string
---@return string? real
---@return table? err
function path.resolve(file) end

--- Make a directory; made or there, it has `mode` then.
---@param directory string
---@param mode integer
---@return true? done
---@return table? err
function path.make(directory, mode) end

--- Make an empty file; one that is there stays.
---@param file string
---@param mode integer
---@return true? done
---@return table? err
function path.touch(file, mode) end

--- Write a whole file, or leave the old one as it was.
---@param file string
---@param data string
---@param mode integer
---@return true? done
---@return table? err
function path.write(file, data, mode) end

--- Cut a file that has outgrown `limit` down to its last `keep` bytes.
---@param file string
---@param limit integer
---@param keep integer
---@return true? done
---@return table? err
function path.trim(file, limit, keep) end

return { engine = engine, path = path }
