-- Run programs from specs: to their end, or beside the spec.
--
--    local shell = require "support.shell"
--    local result = shell.run({ "ctr", "version" }, { timeout = 10 })
--    result.code, result.signal, result.stdout, result.stderr
--
--    local neap <close> = shell.start({ shell.program, "-e", "print(1)" })
--    neap:await("1\n")     -- until standard output has this, as plain text
--    neap:kill("sigint")
--    neap:wait().code
--
-- Options: stdin (a string; nothing unless given; "open": written by
-- process:write, closed by process:close_stdin), env (a table: added to the
-- spec's own, `false` removes), cwd, timeout (seconds, 60 unless given: then it
-- is killed and the spec fails).

local uv = require "luv"

local shell = {}

-- The program that was built, absolute: a spec may run it elsewhere.
shell.build = os.getenv("NEAP_BUILD") or "build"
shell.program = uv.cwd() .. "/" .. shell.build .. "/neap"

-- What a Lua that loads the module needs before it, where it is sanitized.
local preload = os.getenv("NEAP_PRELOAD")
shell.lua = preload and preload ~= ""
   and ("env LD_PRELOAD='%s' lua5.4"):format(preload) or "lua5.4"

local Process = {}
Process.__index = Process

local function with_preload(argv, changes)
   if argv[1] ~= "lua5.4" or shell.lua == "lua5.4" then return changes end
   local all = { LD_PRELOAD = preload }
   for name, value in pairs(changes or {}) do all[name] = value or all[name] end
   return all
end

local function environment(changes)
   local all, list = uv.os_environ(), {}
   for name, value in pairs(changes or {}) do
      all[name] = value or nil
   end
   for name, value in pairs(all) do
      table.insert(list, name .. "=" .. value)
   end
   return list
end

local function collect(process, name, pipe)
   process[name] = ""
   process.open = process.open + 1
   pipe:read_start(function(err, data)
      assert(not err, err)
      if data then
         process[name] = process[name] .. data
      else
         process.open = process.open - 1
         pipe:close()
      end
   end)
end

-- Turn luv's loop until `done` says so. Neap's own loop does not turn meanwhile.
local function turn_until(process, done, what)
   if done() then return end
   local late = false
   local timer = uv.new_timer()
   uv.update_time() -- it stands still while the loop does
   timer:start(math.ceil(process.timeout * 1000), 0, function() late = true end)
   while not done() and not late do
      uv.run("once")
   end
   timer:close()
   uv.run("nowait")
   if not done() then
      process:kill("sigkill")
      error(("%s did not %s within %g s\nstdout: %s\nstderr: %s"):format(
         process.name, what, process.timeout, process.stdout, process.stderr), 3)
   end
end

---Start a program; its output is collected as it comes.
function shell.start(argv, options)
   options = options or {}
   -- Without input it is /dev/null: bash takes a socket for a remote shell's.
   local stdin = options.stdin and uv.new_pipe()
   local stdout, stderr = uv.new_pipe(), uv.new_pipe()
   local process = setmetatable({
      name = argv[1], open = 0, timeout = options.timeout or 60, stdin = stdin,
   }, Process)
   local handle, pid = uv.spawn(argv[1], {
      args = { table.unpack(argv, 2) },
      stdio = { stdin or nil, stdout, stderr },
      env = environment(with_preload(argv, options.env)),
      cwd = options.cwd,
   }, function(code, signal)
      process.code, process.signal = code, signal
      process.handle:close()
   end)
   if not handle then error(argv[1] .. ": " .. tostring(pid), 2) end
   process.handle, process.pid = handle, pid
   collect(process, "stdout", stdout)
   collect(process, "stderr", stderr)
   if options.stdin and options.stdin ~= "open" then
      process:write(options.stdin)
      process:close_stdin()
   end
   return process
end

---Run a program to its end: { code, signal, stdout, stderr }.
function shell.run(argv, options)
   return shell.start(argv, options):wait()
end

---What a script of the shell writes; the spec fails where it does.
function shell.sh(script)
   local result = shell.run { "sh", "-ec", script }
   if result.code ~= 0 then error(result.stderr, 2) end
   return result.stdout
end

---Wait for its end, and that of its output.
function Process:wait()
   turn_until(self, function() return self.code and self.open == 0 end, "end")
   return { code = self.code, signal = self.signal, stdout = self.stdout, stderr = self.stderr }
end

---Wait until a stream ("stdout" unless given) has `text`.
function Process:await(text, stream)
   stream = stream or "stdout"
   local function has_said() return self[stream]:find(text, 1, true) end
   local function is_over() return self.code and self.open == 0 end
   turn_until(self, function() return has_said() or is_over() end, "say " .. text)
   if not has_said() then
      error(("%s ended (status %d, signal %d) and did not say %s\nstdout: %s\nstderr: %s"):format(
         self.name, self.code, self.signal, text, self.stdout, self.stderr), 2)
   end
end

---The next line of its standard output.
function Process:line()
   local from = self.read_to or 1
   turn_until(self, function() return self.stdout:find("\n", from, true) or self.code end, "answer")
   local to = self.stdout:find("\n", from, true)
   if not to then error(("%s ended with %d: %s"):format(self.name, self.code, self.stderr), 2) end
   self.read_to = to + 1
   return self.stdout:sub(from, to - 1)
end

function Process:kill(signal)
   if not self.code then uv.kill(self.pid, signal or "sigterm") end
end

function Process:write(data)
   self.stdin:write(data)
end

function Process:close_stdin()
   if self.stdin and not self.stdin:is_closing() then
      self.stdin:shutdown(function() if not self.stdin:is_closing() then self.stdin:close() end end)
      uv.run("nowait")
   end
end

function Process:__close()
   if self.stdin and not self.stdin:is_closing() then
      self.stdin:close()
      uv.run("nowait") -- luv must not find it half closed when Lua ends
   end
   if not self.code then
      self:kill("sigkill")
      turn_until(self, function() return self.code end, "end")
   end
end

return shell
