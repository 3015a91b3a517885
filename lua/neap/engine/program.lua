--- Which containerd is run, and how.

local core = require "neap.core"
local defaults = require "neap.defaults"

local program = {}

--- What an engine needs, and the Debian packages that bring it.
local NEEDED <const> = {
   { name = "containerd", package = "containerd" },
   { name = "containerd-shim-runc-v2", package = "containerd" },
   { name = "runc", package = "runc" },
}

--- An engine outlives who starts it: of the environment it gets what says how
--- to reach the world, and nothing that belongs to a session or a secret.
local PASSED_ON <const> = {
   "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
   "SSL_CERT_FILE", "SSL_CERT_DIR", "LANG", "TZ",
}

local function is_executable(file)
   local real = core.path.resolve(file)
   local facts = real and core.path.inspect(real)
   return facts and facts.type == "file" and facts.mode & 0x49 ~= 0 -- 0111
end

--- Find a program: absolute directories only, as anything else depends on where
--- one is.
---@param name string
---@param search string  directories with ":" between them
---@return string? file
function program.find(name, search)
   for directory in search:gmatch "[^:]+" do
      local file = directory .. "/" .. name
      if directory:sub(1, 1) == "/" and is_executable(file) then return file end
   end
end

--- Where programs are looked for: PATH, and where Debian puts them.
---@param own? string  PATH
---@return string
function program.search(own)
   local seen, list = {}, {}
   for directory in ((own or "") .. ":" .. defaults.path):gmatch "[^:]+" do
      if not seen[directory] then list[#list + 1] = directory end
      seen[directory] = true
   end
   return table.concat(list, ":")
end

local function missing(needed, search)
   return nil, core.error {
      code = "not_found", op = "engine.start", id = needed.name, errno = "ENOENT",
      message = ("%s is not installed: apt-get install %s (looked in %s)"):format(
         needed.name, needed.package, search
      ),
   }
end

--- The environment of an engine.
---@param search string
---@param getenv fun(name: string): string?
---@return string[]
function program.environment(search, getenv)
   local env = { "PATH=" .. search }
   for _, name in ipairs(PASSED_ON) do
      local value = getenv(name)
      if value then env[#env + 1] = name .. "=" .. value end
   end
   return env
end

--- Is systemd in charge of this machine?
local function has_systemd()
   local init = io.open "/proc/1/comm"
   local name = init and init:read "l"
   if init then init:close() end
   return name == "systemd" and core.path.inspect "/run/systemd/system" ~= nil
end

--- The command that has systemd start the engine, in a unit of its own: whoever
--- stops the session that called us, or the unit, leaves the containers alone.
---@param systemd_run string
---@param places neap.engine.Layout
---@param argv string[]
---@param env string[]
---@param nofile integer
---@return string[]
function program.by_systemd(systemd_run, places, argv, env, nofile)
   local command = {
      systemd_run, "--quiet", "--collect", "--service-type=notify",
      "--unit=neap-engine-" .. places.run:match "[^/]+$",
      "--property=KillMode=process",
      "--property=Delegate=yes",
      "--property=TasksMax=infinity",
      "--property=LimitNOFILE=" .. nofile,
      "--property=StandardOutput=append:" .. places.log,
      "--property=StandardError=append:" .. places.log,
   }
   for _, variable in ipairs(env) do command[#command + 1] = "--setenv=" .. variable end
   command[#command + 1] = "--"
   table.move(argv, 1, #argv, #command + 1, command)
   return command
end

--- How to start the engine.
---@param places neap.engine.Layout
---@param search string
---@param nofile integer
---@return { argv: string[], env: string[], launcher: boolean }? command
---@return table? err
function program.command(places, search, nofile)
   local found = {}
   for _, needed in ipairs(NEEDED) do
      found[needed.name] = program.find(needed.name, search)
      if not found[needed.name] then return missing(needed, search) end
   end

   local argv = { found.containerd, "--config", places.config }
   local env = program.environment(search, os.getenv)
   local systemd_run = has_systemd() and program.find("systemd-run", search)
   if not systemd_run then return { argv = argv, env = env, launcher = false } end
   return {
      argv = program.by_systemd(systemd_run, places, argv, env, nofile),
      env = env,
      launcher = true,
   }
end

return program
