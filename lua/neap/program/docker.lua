--- docker's options for a container, and the config they mean.
--
-- Values pass as they were typed wherever a config takes strings: the config's
-- own checks name what is wrong with them.

local docker = {}

local function number(text)
   return math.tointeger(tonumber(text)) or tonumber(text) or text
end

local function text(value)
   return value
end

--- What the option becomes: the config's field, and how its text is read.
local FIELDS <const> = {
   rootfs = { "rootfs", text },
   name = { "id", text },
   workdir = { "cwd", text },
   user = { "user", text },
   hostname = { "hostname", text },
   network = { "network", text },
   read_only = { "readonly", text },
   tty = { "terminal", text },
   memory = { "memory", text },
   memory_swap = { "memory_swap", function(value) return value == "-1" and -1 or value end },
   memory_reservation = { "memory_reservation", text },
   cpus = { "cpus", number },
   cpu_shares = { "cpu_shares", number },
   cpuset_cpus = { "cpuset_cpus", text },
   cpuset_mems = { "cpuset_mems", text },
   pids_limit = { "pids", number },
   shm_size = { "shm_size", text },
   oom_score_adj = { "oom_score_adj", number },
   stop_signal = { "stop_signal", text },
   runtime = { "runtime", text },
   volume = { "mounts", text },
   cap_add = { "cap_add", text },
   cap_drop = { "cap_drop", text },
   ulimit = { "ulimits", text },
}

--- "KEY=VALUE" lists that are tables by name in a config.
local MAPS <const> = { label = "labels", annotation = "annotations", sysctl = "sysctl" }

---@type neap.program.Option[]
docker.options = {
   { "--rootfs", value = "DIR", help = "The directory to run in; writable." },
   { "--name", value = "ID", help = "The container's id." },
   { "-e", "--env", value = "NAME[=VALUE]", many = true,
      help = "Set a variable; without a value, as it is here." },
   { "--env-file", value = "FILE", many = true, help = "Set the variables in FILE." },
   { "-w", "--workdir", value = "DIR", help = "The directory to start in." },
   { "-u", "--user", value = "USER[:GROUP]", help = "Who to run as." },
   { "-v", "--volume", value = "SOURCE:TARGET[:OPTIONS]", many = true,
      help = "Mount a directory or a file." },
   { "-m", "--memory", value = "SIZE", help = "Memory limit: 64m, 1g." },
   { "--memory-swap", value = "SIZE", help = "Limit of memory and swap together." },
   { "--memory-reservation", value = "SIZE", help = "Memory under pressure." },
   { "--cpus", value = "NUMBER", help = "Processors' worth of time: 1.5." },
   { "-c", "--cpu-shares", value = "NUMBER", help = "Weight among containers (1024)." },
   { "--cpuset-cpus", value = "SET", help = "Processors to use: 0-2,4." },
   { "--cpuset-mems", value = "SET", help = "Memory nodes to use." },
   { "--pids-limit", value = "NUMBER", help = "How many processes; -1: any number." },
   { "--ulimit", value = "NAME=SOFT[:HARD]", many = true, help = "Set a ulimit." },
   { "--shm-size", value = "SIZE", help = "Size of /dev/shm (64m)." },
   { "--network", "--net", value = "NETWORK", help = "none (default), host or container:ID." },
   { "-h", "--hostname", value = "NAME", help = "The host name inside." },
   { "--read-only", help = "Mount the root read-only." },
   { "-l", "--label", value = "NAME=VALUE", many = true, help = "Label the record." },
   { "--annotation", value = "NAME=VALUE", many = true, help = "Annotate the spec." },
   { "--sysctl", value = "NAME=VALUE", many = true, help = "Set a kernel parameter." },
   { "--cap-add", value = "NAME", many = true, help = "Add a capability, or ALL." },
   { "--cap-drop", value = "NAME", many = true, help = "Drop a capability, or ALL." },
   { "--security-opt", value = "OPTION", many = true, help = "no-new-privileges." },
   { "--entrypoint", value = "COMMAND", help = "What to run, before CMD." },
   { "--oom-score-adj", value = "NUMBER", help = "Who is killed first: -1000 to 1000." },
   { "--stop-signal", value = "SIGNAL", help = "How it is asked to end (TERM)." },
   { "--runtime", value = "NAME", help = "containerd's runtime." },
}

local function split(entry, option)
   local name, value = entry:match("^([^=]+)=(.*)$")
   if name then return name, value end
   if option == "label" then return entry, "" end -- as docker has it
   return nil, ("--%s: %s is not NAME=VALUE"):format(option, entry)
end

local function add_maps(config, parsed)
   for option, field in pairs(MAPS) do
      for _, entry in ipairs(parsed[option] or {}) do
         local name, value = split(entry, option)
         if not name then return nil, value end
         config[field] = config[field] or {}
         config[field][name] = value
      end
   end
   return true
end

--- Read the lines of an --env-file.
---@param content string
---@return string[]
function docker.env_file(content)
   local entries = {}
   for line in (content .. "\n"):gmatch("(.-)\r?\n") do
      line = line:gsub("^%s+", "")
      if line ~= "" and line:sub(1, 1) ~= "#" then entries[#entries + 1] = line end
   end
   return entries
end

local function add_env(config, parsed, host)
   local env = {}
   local function add(entry)
      if not entry:find("=", 1, true) then
         local value = host.getenv(entry)
         entry = value and entry .. "=" .. value
      end
      env[#env + 1] = entry
   end

   for _, path in ipairs(parsed.env_file or {}) do
      local content, why = host.read(path)
      if not content then return nil, "--env-file: " .. why end
      for _, entry in ipairs(docker.env_file(content)) do add(entry) end
   end
   for _, entry in ipairs(parsed.env or {}) do add(entry) end
   if #env > 0 then config.env = env end
   return true
end

local function add_security(config, parsed)
   for _, option in ipairs(parsed.security_opt or {}) do
      local value = option:match("^no%-new%-privileges[=:]?(.*)$")
      if not value or not ({ [""] = 1, ["true"] = 1, ["false"] = 1 })[value] then
         return nil, ("--security-opt: %s is not known (no-new-privileges)"):format(option)
      end
      config.no_new_privileges = value ~= "false"
   end
   return true
end

--- This machine, as docker.config looks at it.
---@type neap.program.Host
docker.host = {
   getenv = os.getenv,
   read = function(path)
      local file <close>, why = io.open(path, "rb")
      if not file then return nil, why end
      return file:read "a"
   end,
}

---@class neap.program.Host
---@field getenv fun(name: string): string?
---@field read fun(path: string): string?, string?

--- Turn what was parsed into a config. Pure but for `host`.
---@param parsed table
---@param host neap.program.Host
---@return table? config  without args
---@return string? why  a usage error
function docker.config(parsed, host)
   local config = {}

   for option, field in pairs(FIELDS) do
      local value = parsed[option]
      if type(value) == "table" then
         if #value > 0 then config[field[1]] = value end
      elseif value ~= nil then
         config[field[1]] = field[2](value)
      end
   end
   if parsed.entrypoint then config.entrypoint = { parsed.entrypoint } end

   for _, add in ipairs { add_maps, add_env, add_security } do
      local ok, why = add(config, parsed, host)
      if not ok then return nil, why end
   end
   return config
end

return docker
