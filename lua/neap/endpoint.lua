--- Which containerd to use, where nobody or only the settings said so.

local defaults = require "neap.defaults"
local failure = require "neap.error"

local endpoint = {}

---@class neap.Endpoint
---@field address? string  of a containerd that others run
---@field engine? string   directory of one that Neap runs
---@field assumed? boolean  nobody asked for it by name

local function engine_of(value, assumed)
   local directory = value == true and defaults.engine_directory or value
   return { engine = directory, assumed = assumed }
end

--- Choose. Only the program comes to an engine without being told to.
---@param wanted { address?: string, engine?: string|boolean }  the caller's words
---@param settings neap.Settings
---@param exists fun(path: string): boolean  is there such a socket?
---@return neap.Endpoint? endpoint
---@return string? why  a wrong combination
function endpoint.choose(wanted, settings, exists)
   if wanted.address and wanted.engine then
      return nil, "address and engine exclude each other"
   end
   for _, source in ipairs { wanted, settings } do
      if source.address then return { address = source.address } end
      if source.engine then return engine_of(source.engine) end
   end

   if settings.in_program and not exists(defaults.address) then
      return engine_of(true, true)
   end
   return { address = defaults.address, assumed = true }
end

--- Is there something at `path`? Sockets cannot be opened as files, but the
--- error says whether it is for want of a file.
---@param path string
---@return boolean
function endpoint.exists(path)
   local file, _, number = io.open(path)
   local errno = failure.errno(number)

   if file then file:close() end
   return file ~= nil or errno ~= "ENOENT" and errno ~= "ENOTDIR"
end

local ADVICE <const> = {
   unavailable = "start it (systemctl start containerd)",
   not_found = "start it (systemctl start containerd)",
   permission_denied = "become root",
}

--- What to do when the assumed containerd cannot be reached, to be added to the
--- error's message; nil where the caller named the place.
---@param chosen neap.Endpoint
---@param code string  the error's
---@return string?
function endpoint.advice(chosen, code)
   if not chosen.assumed or chosen.engine or not ADVICE[code] then return nil end
   return ("%s, or use the embedded engine: --engine %s, NEAP_ENGINE=%s or engine=true"):format(
      ADVICE[code], defaults.engine_directory, defaults.engine_directory
   )
end

return endpoint
