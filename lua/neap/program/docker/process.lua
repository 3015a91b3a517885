--- docker's options about what a process is given, an exec too.

local process = {}

--- Put the variables into a config.
---@param config table
---@param parsed table
---@param host neap.program.Host
---@return true
function process.read(config, parsed, host)
   local env = {}
   local function add(entry)
      if entry ~= "" and not entry:find("=", 1, true) then
         local value = host.getenv(entry)
         entry = value and entry .. "=" .. value
      end
      env[#env + 1] = entry
   end

   for _, entry in ipairs(parsed.env or {}) do add(entry) end
   if #env > 0 then config.env = env end
   return true
end

---@type neap.program.Option[]
process.options = {
   { "-e", "--env", value = "NAME[=VALUE]", many = true,
      help = "Set a variable; without a value, as it is here." },
   { "--env-file", value = "FILE", many = true, help = "Set the variables in FILE." },
   { "-w", "--workdir", value = "DIR", help = "The directory to start in." },
   { "-u", "--user", value = "USER[:GROUP]", help = "Who to run as." },
   { "--group-add", value = "GROUP", many = true, help = "A group more, by number or name." },
}

process.fields = { workdir = "cwd", user = "user", group_add = "groups", env_file = "env_file" }

return process
