-- Bytes through every kind of stream: as many as went in, the same, in order. In
-- `make soak` more of them, and many rounds (NEAP_SOAK).

local live = require "support.live"
local neap = require "neap"

local rounds = tonumber(os.getenv "NEAP_SOAK")
local LARGEST <const> = rounds and 27 or 25

--- 2^10 to 2^LARGEST, each with its neighbours; or those whose exponents are given.
local function sizes(exponents)
   local list = {}
   for exponent = 10, LARGEST do
      if not exponents or exponents[exponent] then
         for delta = -1, 1 do list[#list + 1] = (1 << exponent) + delta end
      end
   end
   return list
end

describe("streams", function()
   local client, before, data
   local hosts, tasks = {}, {}

   setup(function()
      client, before = live.connected()
      data = live.path "data"
      assert(os.execute(("head -c %d /dev/urandom >%s"):format((1 << LARGEST) + 1, data)))
      for i = 1, 3 do
         hosts[i] = client:create {
            rootfs = live.rootfs(), args = { "sleep", "100000" }, mounts = { data .. ":/data:ro" },
         }
         tasks[i] = hosts[i]:start()
      end
   end)
   teardown(function()
      for _, host in ipairs(hosts) do host:delete { force = true } end
      os.remove(data)
      assert.same(before, live.leftovers(before))
      client:close()
   end)

   --- Takes what is compared to the data from its first byte on. Ask it for how much
   --- was the same at last, and whether anything was not.
   local function comparer()
      local file, size, is_same = assert(io.open(data, "rb")), 0, true
      local function take(bytes)
         if not bytes then return file:close() end
         is_same = is_same and file:read(#bytes) == bytes
         size = size + #bytes
      end
      return take, function() return size, is_same end
   end

   local function known(process, err)
      if not process then error(err) end
      return process
   end

   local function exec(host, args, io)
      local config = { args = args }
      for name, value in pairs(io) do config[name] = value end
      return known(tasks[host]:exec(config))
   end

   local function head(size) return { "head", "-c", ("%d"):format(size), "/data" } end

   local function check(size, report, exit)
      local got, is_same = report()
      assert.same({ size, true, 0, nil }, { got, is_same, exit.code, exit.truncated })
   end

   --- Repeat where that is wanted.
   local function each_size(list, fn)
      for _ = 1, rounds or 1 do
         for _, size in ipairs(list) do fn(size) end
      end
   end

   it("of a container's first process are whole", function()
      local few = { [10] = true, [16] = true, [20] = true, [25] = true }
      each_size(sizes(not rounds and few or nil), function(size)
         local take, report = comparer()
         local result = known(client:run {
            rootfs = live.rootfs(), args = head(size), mounts = { data .. ":/data:ro" },
            stdout = take,
         })
         check(size, report, result)
      end)
   end)

   it("of an exec are whole", function()
      each_size(sizes(), function(size)
         local take, report = comparer()
         local process = exec(1, head(size), { stdout = take })
         check(size, report, process:wait())
         process:delete()
      end)
   end)

   it("that are read are whole, whatever they are read by", function()
      each_size(sizes { [10] = true, [16] = true, [20] = true, [22] = true }, function(size)
         for _, format in ipairs { 1000, 65536, 1 << 21, "a", false } do
            local take, report = comparer()
            local process = exec(1, head(size), { stdout = "pipe" })
            local bytes = process:read(format or nil)
            while bytes and bytes ~= "" do
               take(bytes)
               bytes = process:read(format or nil)
            end
            take(nil)
            check(size, report, process:wait())
            process:delete()
         end
      end)
   end)

   it("of three containers, joined, are whole", function()
      each_size(sizes(), function(size)
         local take, report = comparer()
         local processes = {}
         local function stage(i, args, stdout)
            return function(io)
               io.stdout = io.stdout or stdout
               processes[i] = exec(i, args, io)
               return processes[i]
            end
         end
         local exits = known(neap.pipe(
            stage(1, head(size)), stage(2, { "cat" }), stage(3, { "cat" }, take)))
         check(size, report, exits[1])
         check(size, report, exits[2])
         check(size, report, exits[3])
         for _, process in ipairs(processes) do process:delete() end
      end)
   end)

   it("into a process are whole", function()
      each_size(sizes { [10] = true, [16] = true, [20] = true, [25] = true }, function(size)
         local file <close> = assert(io.open(data, "rb"))
         local left = size
         local function source()
            local bytes = left > 0 and file:read(math.min(left, 100000)) or nil
            left = left - #(bytes or "")
            return bytes
         end
         local take, report = comparer()
         local process = exec(1, { "cat" }, { stdin = source, stdout = take })
         check(size, report, process:wait())
         process:delete()
      end)
   end)

   --- --- slow readers -------------------------------------------------------

   --- What this process holds in memory, in bytes.
   local function resident()
      collectgarbage()
      for line in io.lines "/proc/self/status" do
         local kib = line:match "^VmRSS:%s*(%d+)"
         if kib then return tonumber(kib) * 1024 end
      end
   end

   --- Begins slowly: a thousand small steps, each of which waits.
   local function slowly(take)
      local steps = 0
      return function(bytes)
         if steps < 200 then neap.sleep(0.001) end
         steps = steps + 1
         take(bytes)
      end
   end

   it("hold little of what a slow reader has not taken, and lose nothing", function()
      local size <const> = 1 << LARGEST
      -- What was freed stays for a while where its use is looked for.
      local is_kept = (os.getenv "SAN" or "") ~= ""
      local kinds = {
         ["function"] = function(take) return exec(1, head(size), { stdout = slowly(take) }) end,
         pipe = function(take)
            local process = exec(1, head(size), { stdout = "pipe" })
            local slow = slowly(take)
            for _ = 1, 200 do slow(process:read(4096)) end
            for chunk in process:lines(65536) do take(chunk) end
            take(nil)
            return process
         end,
         process = function(take)
            local script = "i=0; while [ $i -lt 50 ]; do head -c 4096; i=$((i + 1)); sleep 0.002; "
               .. "done; cat"
            local last
            neap.pipe(exec(1, head(size), { stdout = "pipe" }), function(io)
               io.stdout = take
               last = exec(2, { "sh", "-c", script }, io)
               return last
            end)
            return last
         end,
      }
      for name, start in pairs(kinds) do
         local take, report = comparer()
         local most, held = 0, resident()
         local process = start(function(bytes)
            take(bytes)
            if bytes and math.random(50) == 1 then most = math.max(most, resident() - held) end
         end)
         check(size, report, process:wait())
         assert.is_true(is_kept or most < 24 << 20, ("%s: %d KiB"):format(name, most >> 10))
         process:delete()
      end
   end)
end)
