-- Inputs, outputs and ends of all kinds, mixed by chance: what comes out is what went
-- in, or its beginning where the process was ended, and nothing is left. Many more in
-- `make soak`. A failure names the seed: NEAP_SEED=N repeats it.

local live = require "support.live"
local neap = require "neap"

local soak = tonumber(os.getenv "NEAP_SOAK")
local COUNT <const> = soak and 200 * soak or 40
local SIDE_BY_SIDE <const> = 4
local LARGEST <const> = 3 << 20
local SIZES <const> = {
   0, 1, 100, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1, LARGEST,
}

local random = math.random
local function one_of(list) return list[random(#list)] end

describe("streams of all kinds", function()
   local client, container, task, before, path, data

   setup(function()
      client = live.client()
      assert(client:containers())
      path = live.path "data"
      assert(os.execute(("head -c %d /dev/urandom >%s"):format(LARGEST, path)))
      local file = io.open(path, "rb")
      data = file:read "a"
      file:close()
      container = client:create {
         rootfs = live.rootfs(), args = { "sleep", "100000" }, mounts = { path .. ":/data:ro" },
      }
      task = container:start()
      before = live.leftovers()
   end)
   teardown(function()
      container:delete { force = true }
      client:close()
   end)

   --- One process with all that belongs to it.
   local Run = {}
   Run.__index = Run

   function Run:exec(config)
      local process, err = task:exec(config)
      if not process then error(err) end
      self.processes[#self.processes + 1] = process
      return process
   end

   --- What takes an output, now and then slowly; all is compared in the end.
   function Run:collector()
      local parts = {}
      self.collected[#self.collected + 1] = parts
      return function(bytes)
         if random(20) == 1 then neap.sleep(one_of { 0, 0.001 }) end
         parts[#parts + 1] = bytes
      end
   end

   --- Done in a fiber once the process runs.
   function Run:beside(fn)
      self.later[#self.later + 1] = fn
   end

   local function head(size) return { "head", "-c", ("%d"):format(size), "/data" } end

   --- The expected bytes in pieces of any size.
   local function pieces(expected)
      local at = 1
      return function()
         if at > #expected then return nil end
         local piece = expected:sub(at, at + random(200000) - 1)
         at = at + #piece
         return piece
      end
   end

   local inputs = {
      none = function(run) return nil, head(#run.expected) end,
      text = function(run) return neap.source.string(run.expected) end,
      functions = function(run)
         local next_piece = pieces(run.expected)
         return function()
            if random(10) == 1 then neap.sleep(0.001) end
            return next_piece()
         end
      end,
      file = function(run)
         local name = live.path "input"
         io.open(name, "wb"):write(run.expected):close()
         return name
      end,
      pipe = function(run)
         run:beside(function(process)
            for piece in pieces(run.expected) do
               if not process:write(piece) then break end
            end
            process:close_stdin()
         end)
         return "pipe"
      end,
      process = function(run)
         return run:exec({ args = head(#run.expected), stdout = "pipe" }).stdout
      end,
   }

   local outputs = {
      functions = function(run) return run:collector() end,
      pipe = function(run)
         local take, format = run:collector(), one_of { 1000, 65536, 1 << 21, false }
         run:beside(function(process)
            while not run.is_closed do
               local bytes = process:read(format or nil)
               if not bytes then break end
               take(bytes)
            end
         end)
         return "pipe"
      end,
      list = function(run) return { run:collector(), run:collector() } end,
      drop = function(run)
         local slow = neap.sink.drop(function() neap.sleep(0.001) end, { buffer = 65536 })
         return { slow, run:collector() }
      end,
      spill = function(run)
         return { run:collector(), neap.sink.spill(run:collector(), { buffer = 65536 }) }
      end,
      process = function(run)
         local take = run:collector()
         return run:exec({ args = { "cat" }, stdin = "pipe", stdout = take }).stdin
      end,
   }

   local ends = {
      itself = function() end,
      killed = function(_, process) process:kill "KILL" end,
      deleted = function(_, process) process:delete { force = true } end,
      closed = function(run, process)
         run.is_closed = true
         if process.stdout then process.stdout:close() end
      end,
   }

   local function names_of(kinds)
      local names = {}
      for name in pairs(kinds) do names[#names + 1] = name end
      table.sort(names)
      return names
   end
   local INPUTS <const>, OUTPUTS <const> = names_of(inputs), names_of(outputs)

   local function some_time()
      for _ = 1, random(30) do neap.sleep(0) end
      if random(2) == 1 then neap.sleep(random(20) / 1000) end
   end

   local function check(run, how, exit, what)
      for _, parts in ipairs(run.collected) do
         local got = table.concat(parts)
         local expected = how == "itself" and run.expected or run.expected:sub(1, #got)
         assert.is_true(got == expected, ("%s: %d of %d bytes"):format(what, #got, #run.expected))
      end
      if how == "itself" then
         assert.same({ what, 0, nil }, { what, exit.code, exit.truncated })
      end
   end

   local function once()
      local run = setmetatable({ processes = {}, collected = {}, later = {} }, Run)
      local input, output = one_of(INPUTS), one_of(OUTPUTS)
      local how = one_of { "itself", "itself", "killed", "deleted", "closed" }
      run.expected = data:sub(1, random(3) == 1 and random(LARGEST) or one_of(SIZES))
      local what = ("%s to %s, %s, %d bytes"):format(input, output, how, #run.expected)

      local stdin, args = inputs[input](run)
      local stdout = outputs[output](run)
      local process = run:exec { args = args or { "cat" }, stdin = stdin, stdout = stdout }
      local fibers = {}
      for i, fn in ipairs(run.later) do fibers[i] = neap.spawn(fn, process) end
      if how ~= "itself" then some_time() end
      ends[how](run, process)

      local exit, err = process:wait { timeout = 60 }
      assert.is_true(exit ~= nil or how == "deleted", what .. ": " .. tostring(err))
      for _, fiber in ipairs(fibers) do
         local ok, stuck = fiber:join { timeout = 60 }
         assert.is_true(ok or false, what .. ": " .. tostring(stuck))
      end
      for i = #run.processes - 1, 1, -1 do -- who wrote to it may wait for ever
         if output == "process" and i == #run.processes - 1 then run.processes[i]:wait()
         else run.processes[i]:kill "KILL" end
      end
      check(run, how, exit, what)
      for _, each in ipairs(run.processes) do each:delete { force = true } end
   end

   it("bring what was given, and leave nothing", function()
      local seed = tonumber(os.getenv "NEAP_SEED") or os.time()
      math.randomseed(seed)
      local list = {}
      for i = 1, COUNT do list[i] = i end
      local _, errors = neap.map(list, SIDE_BY_SIDE, once)
      local _, first = next(errors or {})
      assert.is_nil(first, ("NEAP_SEED=%d: %s"):format(seed, tostring(first)))
      assert.same(before, live.leftovers(before))
   end)
end)
