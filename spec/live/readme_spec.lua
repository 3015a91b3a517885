-- README.md does what it says: each of its blocks is run, in order, in a
-- directory of its own. A text block that follows a script is what it prints.

local live = require "support.live"
local shell = require "support.shell"

--- The fenced blocks of a text: { kind, text, line }.
local function blocks_of(path)
   local blocks, open, number = {}, nil, 0
   for line in io.lines(path) do
      number = number + 1
      local kind = line:match "^```(.*)"
      if open and kind then
         open.text = table.concat(open, "\n") .. "\n"
         blocks[#blocks + 1], open = open, nil
      elseif kind then
         open = { kind = kind, line = number }
      elseif open then
         open[#open + 1] = line
      end
   end
   return blocks
end

describe("the README", function()
   local blocks = blocks_of "README.md"
   local root = io.popen("pwd"):read "l"
   local dir, before
   local env = { CONTAINERD_ADDRESS = live.address, CONTAINERD_NAMESPACE = live.namespace }

   setup(function()
      dir = live.fresh_rootfs():gsub("/[^/]*$", "/readme")
      before = live.leftovers()
      assert.equal(0, shell.run({ "mkdir", dir }).code)
      local build = shell.program:match "(.*)/"
      assert.equal(0, shell.run({ "ln", "-s", build, dir .. "/build" }).code)
      assert.equal(0, shell.run({ "ln", "-s", root .. "/scripts", dir .. "/scripts" }).code)
      assert.equal(0, shell.run({ "scripts/rootfs", dir .. "/rootfs" }).code)
   end)

   local function write(name, text)
      local file <close> = assert(io.open(dir .. "/" .. name, "w"))
      file:write(text)
   end

   --- Installing and building is what the reader has done before.
   local function check_target(line)
      local target = line:match "^make%s+(%S+)$"
      if target then
         local result = shell.run({ "make", "-n", "-o", "deps", target }, {
            env = { MAKEFLAGS = false, MAKELEVEL = false },
         })
         assert.equal(0, result.code, result.stderr)
      end
      return target or line:match "^apt%-get "
   end

   local run = {}

   function run.lua(block)
      write("script.lua", block.text)
      return shell.run({ live.program, "script.lua" }, { cwd = dir, env = env })
   end

   function run.sh(block)
      local lines = {}
      for _, line in ipairs(block) do
         if not check_target(line) then lines[#lines + 1] = line end
      end
      write("first.lua", blocks[1].text)
      return shell.run({ "bash", "-euo", "pipefail", "-c", table.concat(lines, "\n") }, {
         cwd = dir, env = env,
      })
   end

   for i, block in ipairs(blocks) do
      if run[block.kind] then
         it(("says what is so, from line %d"):format(block.line), function()
            local result = run[block.kind](block)
            assert.equal(0, result.code, result.stderr)
            local expected = blocks[i + 1]
            if expected and expected.kind == "text" then
               assert.equal(expected.text, result.stdout)
            end
         end)
      end
   end

   it("begins with a script of twenty lines", function()
      assert.equal("lua", blocks[1].kind)
      assert.is_true(#blocks[1] <= 20, #blocks[1] .. " lines")
   end)

   it("leaves nothing", function()
      assert.same(before, live.leftovers(before))
   end)

   it("tells the mount points that runc makes", function()
      local bare = live.path "bare"
      assert.equal(0, shell.run({ "mkdir", "-p", bare .. "/bin" }).code)
      assert.equal(0, shell.run({ "cp", live.rootfs() .. "/bin/busybox", bare .. "/bin" }).code)
      assert.equal(0, shell.run({
         live.program, "run", "--rootfs", bare, "-v", "/etc:/mine", "-w", "/work", "/bin/busybox",
         "true",
      }, { env = env }).code)
      local made = shell.run({ "ls", bare }).stdout
      assert.equal("bin\ndev\nmine\nproc\nrun\nsys\nwork\n", made)
   end)
end)
