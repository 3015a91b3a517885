-- neap explain, neap run --dry-run and neap diff-spec: what they say is what is done,
-- and what is not to be sent is not sent.

local commands = require "support.commands"
local json = require "neap.json"
local live = require "support.live"
local shell = require "support.shell"

local neap, sh = commands.neap, commands.sh

--- Rows that --json printed, by their paths.
local function rows_of(text)
   local found = {}
   for line in text:gmatch "[^\n]+" do
      local row = assert(json.decode(line))
      found[row.path] = row
   end
   return found
end

--- What --trace wrote: the methods, in short, without the stream of events and the
--- list that says what it has missed.
local function traced(path)
   local file <close> = assert(io.open(path))
   local methods = {}
   for line in file:lines() do
      local method = json.decode(line).method:match "([^./]+/[^/]+)$"
      local is_stream = method:find "^Events/" or method == "Tasks/List"
      if not is_stream then methods[#methods + 1] = method end
   end
   return methods
end

describe("neap run --dry-run", function()
   it("tells the calls that the run sends, and sends none", function()
      local client <close> = live.client()
      local joined = assert(client:create {
         id = "joined", rootfs = live.rootfs(), args = { "sleep", "1000" },
      })
      assert(joined:start())
      for _, words in ipairs {
         { "--network", "container:joined", "--pid", "container:joined", "true" },
         { "-v", "/one", "-v", "/two", "-v", "/etc:/three", "true" },
         { "true" }, { "--keep", "--name", "kept", "true" },
         { "-d", "--name", "detached", "true" }, { "-i", "cat" },
         { "-e", "A=1", "--memory", "64m", "--log-driver", "json-file", "true" },
      } do
         local argv = { "run", "--rootfs", live.rootfs(), table.unpack(words) }
         local trace = live.path "trace"
         local calls, rehearsed = live.count(function()
            return neap("--json", "run", "--dry-run", table.unpack(argv, 2))
         end)
         assert.same({}, calls)
         assert.same({ 0, "" }, { rehearsed.code, rehearsed.stderr })
         local told = {}
         for i, call in ipairs(json.decode(rehearsed.stdout).calls) do told[i] = call.method end

         local done = neap("--trace", trace, table.unpack(argv))
         assert.equal(0, done.code, done.stderr)
         local sent = traced(trace)
         table.sort(told)
         table.sort(sent)
         assert.same(told, sent, table.concat(words, " "))
      end
      assert(joined:delete { force = true })
      for _, id in ipairs { "kept", "detached" } do
         local container = assert(client:load(id))
         if container:task() then container:task():wait() end
         assert(container:delete { force = true })
      end
   end)

   it("shows the spec that the record then has", function()
      local words = { "--rootfs", live.rootfs(), "-d", "--name", "same", "-e", "A=1",
         "--pids-limit", "50", "-v", "/etc:/data:ro", "sleep", "1000" }
      local shown = json.decode(neap("--json", "run", "--dry-run", table.unpack(words)).stdout)
      assert.equal(0, neap("run", table.unpack(words)).code)
      local client <close> = live.client()
      local container = assert(client:load "same")
      assert.same({}, require "neap.spec.difference".list(shown.spec, container.spec))
      local record = shown.calls[1].request
      assert.equal("same", record.id)
      assert.equal(container.labels["neap.bundle"], record.labels["neap.bundle"])
      assert.equal(container.extensions["neap.explain"].value, record.extensions["neap.explain"])
      assert.equal(container.runtime, record.runtime)
      assert(container:delete { force = true })
   end)

   it("makes no volume", function()
      local words = {
         "--rootfs", live.rootfs(), "-v", "rehearsed:/data", "-v", "/anonymous", "true",
      }
      local client <close> = live.client()
      local calls, result = live.count(neap, "--json", "run", "--dry-run", table.unpack(words))
      assert.same({ 0, "" }, { result.code, result.stderr })
      assert.same({}, calls)
      local mounted = assert(json.decode(result.stdout)).spec.mounts
      assert.equal("/anonymous", mounted[#mounted].destination)
      assert.equal(0, neap("explain", "run", table.unpack(words)).code)
      assert.same({}, client.volumes:list())
   end)

   it("prints the spec and a line for each call", function()
      local result = neap("run", "--dry-run", "--rootfs", live.rootfs(), "--name", "x", "true")
      local spec, calls = result.stdout:match "^(%b{})\n\n(.*)$"
      assert.equal("x", json.decode(spec).hostname)
      assert.truthy(calls:find '^Containers/Create {.*"id":"x"')
      assert.truthy(calls:find 'Tasks/Start {"container_id":"x"}\n')
   end)

   it("needs no containerd, and refuses what run refuses", function()
      local function dry(...)
         return shell.run({ shell.program, "--address", "/nobody.sock", "run", "--dry-run", ... })
      end
      assert.equal(0, dry("--rootfs", live.rootfs(), "true").code)
      assert.equal(0, dry("--rootfs", live.rootfs(), "--ipc", "container:nobody", "true").code)
      for _, words in ipairs {
         { "--rootfs", "/nonexistent", "true" }, { "--rootfs", live.rootfs(), "-e", "=", "true" },
         { "--rootfs", live.rootfs(), "--memory", "lots", "true" }, { "image" },
         { "--rootfs", live.rootfs(), "--rm", "--keep", "true" },
      } do
         local result = dry(table.unpack(words))
         assert.same({ 125, "" }, { result.code, result.stdout }, table.concat(words, " "))
      end
   end)
end)

describe("neap explain", function()
   it("tells of a container and of a path in it", function()
      local client <close> = live.client()
      local container = assert(client:create {
         id = "explained", rootfs = live.rootfs(), args = { "true" }, memory = "64m",
      })
      local rows = rows_of(neap("explain", "--json", "explained").stdout)
      assert.same({ path = "linux.resources.memory.limit", value = 64 << 20, concern = "cgroup",
         option = "memory" }, rows["linux.resources.memory.limit"])
      assert.equal("default", rows["process.cwd"].option)
      for _, words in ipairs {
         { "explained", "linux.resources.memory" },
         { "--path", "linux.resources.memory", "explained" },
         { "explained", "--path", "linux.resources.memory" },
      } do
         assert.equal("PATH                           VALUE      SET BY   CONCERN\n"
            .. "linux.resources.memory.limit   67108864   memory   cgroup\n",
            neap("explain", table.unpack(words)).stdout)
      end
      local changed = rows_of(neap("explain", "explained", "--changed", "--json").stdout)
      assert.is_nil(changed["process.cwd"])
      assert.equal("args", changed["process.args"].option)
      assert(container:delete())
   end)

   it("tells of what run would run, asks nobody, and needs no containerd", function()
      local function explain(...)
         return shell.run({ shell.program, "--address", "/nobody.sock", "explain", ... })
      end
      local calls, result = live.count(neap, "explain", "--json", "run", "--rootfs",
         live.rootfs(), "--cap-add", "NET_ADMIN", "-e", "A=1", "sh", "-c", "--json")
      assert.same({}, calls)
      local rows = rows_of(result.stdout)
      for path, option in pairs {
         ["process.capabilities.bounding"] = "cap_add", ["process.env[A]"] = "env",
         ["root.path"] = "rootfs", hostname = "default",
      } do assert.equal(option, rows[path].option, path) end
      assert.same({ "sh", "-c", "--json" }, rows["process.args"].value)
      assert.equal(0, explain("run", "--rootfs", live.rootfs(), "true").code)
      assert.equal(2, explain("run", "--nothing", "true").code)
      assert.equal(1, explain("run", "--rootfs", "/nonexistent", "true").code)
      assert.equal(2, explain("--path", "nothing", "run", "--rootfs", live.rootfs(), "true").code)
   end)

   it("says what there is not", function()
      assert.equal(1, neap("explain", "nobody").code)
      assert.equal(2, neap("explain").code)
      assert.equal(2, neap("explain", "a", "b", "c").code)
   end)
end)

describe("neap diff-spec", function()
   it("tells what differs, with a status as diff has it", function()
      local client <close> = live.client()
      local made = {}
      for i, env in ipairs { { A = "1" }, { A = "2" } } do
         made[i] = assert(client:create {
            id = "diff-" .. i, rootfs = live.rootfs(), args = { "true" }, env = env,
         })
      end
      local calls, result = live.count(neap, "diff-spec", "diff-1", "diff-2")
      assert.equal(2, calls["Containers/Get"])
      assert.equal(1, result.code)
      assert.truthy(result.stdout:find("^PATH +diff%-1 +diff%-2\n"))
      assert.truthy(result.stdout:find("process.env%[A%] +1 +2\n"))
      local rows = rows_of(neap("diff-spec", "--json", "diff-1", "diff-2").stdout)
      assert.same({ path = "process.env[A]", a = "A=1", b = "A=2" }, rows["process.env[A]"])
      local left = neap("diff-spec", "diff-1", "diff-2", "-x", "process.env", "-x", "hostname",
         "--exclude", "linux.cgroupsPath")
      assert.same({ 0, "" }, { left.code, left.stdout })
      assert.equal(0, neap("diff-spec", "diff-1", "diff-1").code)
      for _, words in ipairs { { "diff-1", "nobody" }, { "diff-1" }, { "a", "b", "c" } } do
         assert.equal(2, neap("diff-spec", table.unpack(words)).code)
      end
      for _, container in ipairs(made) do assert(container:delete()) end
   end)

   it("and its fellows are found by completion", function()
      local result = sh [[
         PATH=$(dirname "$0"):$PATH; export PATH
         bash -c '. scripts/completions/neap.bash; _neap_commands; _neap_words diff-spec'
      ]]
      for _, word in ipairs { "explain", "diff-spec", "--exclude" } do
         assert.truthy(("\n" .. result.stdout):find("\n" .. word .. "\n", 1, true), result.stdout)
      end
   end)
end)
