local sink = require "neap.sink"
local source = require "neap.source"
local stdio = require "neap.stdio"

local fs = {
   stat = function(path)
      if path == "/here" or path == "/here/in" then return { type = "directory" } end
      return nil, "ENOENT"
   end,
}

local function ends(io, options)
   options = options or {}
   options.cwd, options.fs = "/here", fs
   return stdio.normalize(io, options)
end

describe("neap.stdio", function()
   it("connects nothing where nothing is asked for", function()
      assert.same({
         stdin = { kind = "null" }, stdout = { kind = "null" }, stderr = { kind = "null" },
         terminal = false, drain = 2,
      }, ends(nil))
   end)

   local function fn() end
   local tail = sink.tail(3)
   local outputs = {
      { "null", { kind = "null" } },
      { "inherit", { kind = "inherit" } },
      { "pipe", { kind = "pipe" } },
      { "./log", { kind = "file", path = "/here/log" } },
      { "/here/log", { kind = "file", path = "/here/log" } },
      { fn, { kind = "function", fn = fn } },
      { tail, { kind = "sink", sink = tail } },
      { { "pipe" }, { kind = "pipe" } },
      { { "null" }, { kind = "null" } },
      {
         { "inherit", fn, "null" },
         { kind = "list", consumers = { { kind = "inherit" }, { kind = "function", fn = fn } } },
      },
   }
   for _, case in ipairs(outputs) do
      it(("reads %s for an output"):format(tostring(case[1])), function()
         assert.same(case[2], assert(ends { stdout = case[1] }).stdout)
         assert.same(case[2], assert(ends { stderr = case[1] }).stderr)
      end)
   end

   it("gives a file sink its absolute path", function()
      local made = assert(ends { stdout = sink.file("./log", { max_size = 1 }) }).stdout

      assert.equal("sink", made.kind)
      assert.equal("/here/log", made.path)
   end)

   it("takes a plain file sink for the file", function()
      local made = assert(ends { stdout = sink.file "./log" })

      assert.same({ kind = "file", path = "/here/log" }, made.stdout)
   end)

   it("gives each consumer of a list the policy around it", function()
      local dropping = sink.drop({ fn, "pipe" }, { buffer = 5 })
      local made = assert(ends { stdout = { dropping, "inherit" } }).stdout
      local how = { policy = "drop", buffer = 5 }

      assert.same({ kind = "list", consumers = {
         { kind = "function", fn = fn, hold = how, counted = dropping },
         { kind = "pipe", hold = how, counted = dropping },
         { kind = "inherit" },
      } }, made)
   end)

   it("wants the directory of a spill", function()
      local made = assert(ends { stdout = sink.spill(fn, { dir = "in" }) }).stdout
      assert.same({ "function", "/here/in" }, { made.kind, made.hold.spill_dir })

      local _, err = ends { stdout = sink.spill(fn, { dir = "/gone" }) }
      assert.same({ "invalid_argument", "ENOENT" }, { err.code, err.errno })
      assert.equal('stdout: dir: "/gone" does not exist', err.message)
   end)

   it("reads a source anew for each start", function()
      local text = source.string "hello"

      for _ = 1, 2 do
         local made = assert(ends { stdin = text }).stdin
         assert.equal("source", made.kind)
         assert.equal("hello", made.fn())
         assert.is_nil(made.fn())
      end
   end)

   it("merges stderr into stdout", function()
      assert.same({ kind = "merged" }, ends({ stdout = "pipe", stderr = "stdout" }).stderr)
   end)

   it("gives a terminal one output", function()
      local made = assert(ends({ stdout = "pipe" }, { terminal = true }))
      assert.is_true(made.terminal)
      assert.same({ kind = "null" }, made.stderr)

      local _, err = ends({ stderr = "stdout" }, { terminal = true })
      assert.matches("stderr: \"stdout\": a terminal has one output", err.message, 1, true)
   end)

   it("captures where that is the default", function()
      local made = assert(ends({ stderr = "null" }, { output = "capture", limit = 10 }))

      assert.same({ kind = "capture", limit = 10 }, made.stdout)
      assert.same({ kind = "null" }, made.stderr)
      assert.same({ kind = "capture", limit = 16 << 20 }, ends({}, { output = "capture" }).stdout)
   end)

   it("keeps the drain that is asked for", function()
      assert.equal(0.5, ends({ drain = 0.5 }).drain)
   end)

   it("lets other fields be another's business", function()
      assert(ends({ checkpoint = "/c" }, { known = { checkpoint = true } }))
   end)

   local bad = {
      { { stdout = "log" }, 'stdout: "log" needs a log' },
      { { stderr = { "log", fn } }, 'stderr: "log" needs a log' },
      { { stdin = "attach" }, 'stdin: "attach" needs a log' },
      { { stdin = "log" }, 'stdin: "log" is not a stream (' },
      { { stdout = "pip" }, 'stdout: "pip" is not a stream (' },
      { { stdout = "" }, 'stdout: "" is not a stream (' },
      { { stdout = "stdout" }, 'stdout: "stdout" is not a stream (' },
      { { stdout = 1 }, "stdout: 1 is not a stream (" },
      { { stdout = true }, "stdout: true is not a stream (" },
      { { stdout = {} }, "stdout: a table is not a list of consumers" },
      { { stdout = { { "pipe" } } }, "stdout[1]: a table is not a stream (" },
      { { stdout = { "pipe", "stdout" } }, 'stdout[2]: "stdout" is not a stream (' },
      { { stdout = { "pipe", "pipe" } }, 'stdout: only one "pipe"' },
      { { stdout = { "pipe", sink.drop "pipe" } }, 'stdout: only one "pipe"' },
      { { stdout = { fn, sink.drop { sink.block(fn) } } }, "stdout[2]: a policy inside another" },
      { { stdout = "/gone/log" }, 'stdout: "/gone" does not exist', "ENOENT" },
      { { stdout = "./" }, 'stdout: "./" is not the path of a file' },
      { { stdin = "/gone" }, 'stdin: "/gone" does not exist', "ENOENT" },
      { { stdin = { "pipe" } }, "stdin: a table is not a stream (" },
      { { stdin = "stdout" }, 'stdin: "stdout" is not a stream (' },
      { { stdin = sink.tail(1) }, "stdin: a table is not a stream (" },
      { { stduot = "pipe" }, 'stduot: unknown field, did you mean "stdout"?' },
      { { drain = -1 }, "drain: -1 is negative" },
      { { drain = "2" }, 'drain: "2" is not a number of seconds' },
   }
   for _, case in ipairs(bad) do
      it("refuses " .. case[2], function()
         local made, err = ends(case[1])

         assert.is_nil(made)
         assert.equal("invalid_argument", err.code)
         assert.equal(case[2], err.message:sub(1, #case[2]))
         assert.equal(case[3], err.errno)
      end)
   end

   describe("with a log", function()
      local LOG <const> = { kind = "log" }
      local NULL <const> = { kind = "null" }

      for _, case in ipairs {
         { {}, LOG, LOG }, { { stdout = "log" }, LOG, LOG }, { { stdout = { "log" } }, LOG, LOG },
         { { stdout = "log", stderr = "null" }, LOG, NULL },
         { { stdout = "log", stderr = "stdout" }, LOG, { kind = "merged" } },
         { { stdout = { "log", fn } },
            { kind = "log", also = { kind = "function", fn = fn } }, LOG },
         { { stdout = { "null", "log" } }, LOG, LOG },
         { { stdout = fn }, { kind = "function", fn = fn }, NULL },
         { { stdout = "null", stderr = "null" }, NULL, NULL },
      } do
         it("sends outputs there that are not given, all or none", function()
            local made = assert(ends(case[1], { log = true }))

            assert.same({ case[2], case[3] }, { made.stdout, made.stderr })
         end)
      end

      it("has one output of a terminal, and an input for whoever attaches", function()
         local made = assert(ends({ stdin = "attach" }, { log = true, terminal = true }))

         assert.same({ { kind = "attach" }, LOG, NULL }, { made.stdin, made.stdout, made.stderr })
      end)

      it("refuses half of it, a pipe beside it, and one to attach to without it", function()
         for why, io in pairs {
            ["stdout, stderr: where one"] = { stdout = "log", stderr = fn },
            ["stdout, stderr: where"] = { stdout = fn, stderr = "log" },
            ['stdin: "attach" needs stdout to be "log"'] = { stdin = "attach", stdout = "null" },
            ['stdin: "attach" needs stdout'] = { stdin = "attach", stdout = fn, stderr = "null" },
            ['stdout: no "pipe" where the output is logged'] = { stdout = { "log", "pipe" } },
         } do
            local made, err = ends(io, { log = true })

            assert.is_nil(made)
            assert.equal(why, err.message:sub(1, #why))
         end
      end)
   end)

   it("suggests a path for a word that is none", function()
      local _, err = ends { stdout = "log.txt" }

      assert.matches('for a file here: "./log.txt"', err.message, 1, true)
   end)

   it("raises where it is given no table", function()
      assert.has_error(function() stdio.normalize("pipe") end,
         "bad argument #1 to 'start' (table expected, got string)")
   end)
end)
