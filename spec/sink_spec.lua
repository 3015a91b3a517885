local defaults = require "neap.defaults"
local sink = require "neap.sink"

local function feed(target, ...)
   for _, bytes in ipairs { ... } do assert(target:write(bytes)) end
   assert(target:finish())
   return target
end

describe("neap.sink", function()
   describe("lines", function()
      local function collect(...)
         local got = {}
         feed(sink.lines(function(line) got[#got + 1] = line end), ...)
         return got
      end

      it("puts lines together from whatever pieces come", function()
         assert.same({ "one", "two", "", "three" }, collect("on", "e\ntw", "o\n\nthr", "ee\n"))
      end)

      it("gives a last line that has no end", function()
         assert.same({ "a", "b" }, collect "a\nb")
      end)

      it("gives nothing for nothing", function()
         assert.same({}, collect())
         assert.same({}, collect "")
      end)

      it("cuts a line that is longer than the limit", function()
         local limit = defaults.line_limit
         local got = collect(("x"):rep(limit + 1), "y\nz\n")

         assert.same({ limit, 2, 1 }, { #got[1], #got[2], #got[3] })
      end)

      it("raises on anything but a function", function()
         assert.has_error(function() sink.lines "x" end,
            "bad argument #1 to 'lines' (function expected, got string)")
      end)
   end)

   describe("tail", function()
      it("keeps the last lines", function()
         local tail = feed(sink.tail(2), "1\n2\n3\n", "4")

         assert.same({ "3", "4" }, tail:list())
         assert.equal("3\n4", tail:text())
      end)

      it("holds fewer where fewer came", function()
         assert.same({ "1" }, feed(sink.tail(5), "1\n"):list())
         assert.same({}, sink.tail(5):list())
      end)

      it("raises on a count that keeps nothing", function()
         for _, count in ipairs { 0, -1, 1.5, "2" } do
            assert.has_error(function() sink.tail(count) end)
         end
      end)
   end)

   describe("file", function()
      --- Files in memory, and what was done to them.
      local function memory(content)
         local files = { content = content or {}, modes = {}, open_now = 0 }

         function files.open(path, options)
            if path == "/full" then return nil, { code = "resource_exhausted" } end
            files.modes[path] = options.mode
            if not options.append then files.content[path] = "" end
            files.content[path] = files.content[path] or ""
            files.open_now = files.open_now + 1
            return {
               size = #files.content[path],
               write = function(_, bytes)
                  files.content[path] = files.content[path] .. bytes
                  return true
               end,
               close = function() files.open_now = files.open_now - 1 end,
            }
         end

         function files.rename(from, to)
            files.content[to], files.content[from] = files.content[from], nil
            return true
         end
         return files
      end

      it("appends, to a file of its owner's alone", function()
         local files = memory { ["/log"] = "old\n" }
         local target = sink.file "/log"
         assert(target:open(files))

         feed(target, "new\n")

         assert.equal("old\nnew\n", files.content["/log"])
         assert.equal(tonumber("600", 8), files.modes["/log"])
         assert.equal(0, files.open_now)
      end)

      it("begins anew where it is told so", function()
         local files = memory { ["/log"] = "old\n" }
         local target = sink.file("/log", { append = false })
         assert(target:open(files))

         assert.equal("new", feed(target, "new") and files.content["/log"])
      end)

      it("keeps what was there as .1 once the file is full", function()
         local files = memory { ["/log"] = "12345678" }
         local target = sink.file("/log", { max_size = 10 })
         assert(target:open(files))

         feed(target, "ab", "cd", "x")

         assert.equal("12345678ab", files.content["/log.1"])
         assert.equal("cdx", files.content["/log"])
         assert.equal(0, files.open_now)
      end)

      it("cuts a chunk that is larger than the bound", function()
         local files = memory()
         local target = sink.file("/log", { max_size = 2 })
         assert(target:open(files))

         feed(target, "12345")

         assert.equal("34", files.content["/log.1"])
         assert.equal("5", files.content["/log"])
      end)

      it("answers with the failure to open", function()
         local opened, err = sink.file("/full"):open(memory())

         assert.is_nil(opened)
         assert.equal("resource_exhausted", err.code)
      end)

      it("is written to only while it is open", function()
         local written, err = sink.file("/log"):write "x"

         assert.is_nil(written)
         assert.equal("failed_precondition", err.code)
      end)

      it("raises on options that there are not", function()
         assert.has_error(function() sink.file("/log", { size = 1 }) end)
         assert.has_error(function() sink.file("/log", { max_size = "x" }) end)
         assert.has_error(function() sink.file() end,
            "bad argument #1 to 'file' (string expected, got nil)")
      end)
   end)

   describe("with a policy", function()
      local function fn() end

      it("reads sizes, and has defaults of its own", function()
         assert.same({ policy = "drop", buffer = 65536 }, sink.drop(fn, { buffer = "64k" }).how)
         assert.same({ policy = "drop", buffer = defaults.sink_buffer }, sink.drop(fn).how)
         assert.same({ policy = "block" }, sink.block(fn).how)
         assert.same({
            policy = "spill", buffer = 1, spill_limit = 2, spill_dir = "/here",
         }, sink.spill(fn, { buffer = 1, limit = 2, dir = "/here" }).how)
         assert.equal(defaults.spill_limit, sink.spill(fn).how.spill_limit)
      end)

      it("counts what its streams let go, in its last start", function()
         local dropping = sink.drop(fn)
         local function stream(count)
            return { dropped = function() return count end }
         end

         assert.equal(0, dropping:dropped())
         dropping:watch(stream(5))
         dropping:watch(stream(6))
         assert.equal(11, dropping:dropped())
         dropping:begin()
         assert.equal(0, dropping:dropped())
      end)

      it("raises on what it cannot be", function()
         for message, make in pairs {
            ["bad argument #1 to 'drop' (a consumer of output expected, got nil)"] = sink.drop,
            ["bad argument #1 to 'spill' (it has a policy already)"] = function()
               sink.spill(sink.drop(fn))
            end,
            ["bad argument #2 to 'block' (table expected, got string)"] = function()
               sink.block(fn, "64k")
            end,
            ["sink.drop: buffer: 0 holds nothing"] = function() sink.drop(fn, { buffer = 0 }) end,
            ["sink.spill: dir: 5 is not the path of a directory"] = function()
               sink.spill(fn, { dir = 5 })
            end,
         } do
            local ok, err = pcall(make)
            assert.is_false(ok)
            assert.equal(message, (tostring(err):gsub("^.-:%d+: ", "")))
         end
         assert.has_error(function() sink.drop(fn, { limit = 1 }) end)
         assert.has_error(function() sink.spill(fn, { limit = "x" }) end)
      end)
   end)

   it("tells its own from other tables", function()
      assert.is_true(sink.is_sink(sink.tail(1)))
      assert.is_false(sink.is_sink {})
      assert.is_false(sink.is_sink "pipe")
   end)
end)
