-- Reading by formats, and by expecting, from chunks as they come.

local buffers = require "neap.buffer"
local defaults = require "neap.defaults"
local expect = require "neap.expect"
local formats = require "neap.formats"

--- A buffer, and what fills it by the chunks given; an error in their row is told.
local function source(...)
   local buffer, chunks, at = buffers.new(), { ... }, 0
   return buffer, function()
      at = at + 1
      local chunk = chunks[at]
      if type(chunk) == "table" then return nil, chunk end
      if not chunk then return false end
      buffer:add(chunk)
      return true
   end
end

local function pieces(text, size)
   local list = {}
   for at = 1, #text, size do list[#list + 1] = text:sub(at, at + size - 1) end
   return table.unpack(list)
end

local late = { code = "deadline_exceeded" }

describe("reading", function()
   it("gives what io.read gives, however the bytes come", function()
      local text = "12 0x1p4word\nnext\n\nabcdefgh\nlast"
      local wanted = { "n", "n", "L", "l", "L", 3, 0, "l", "l", "l", "a" }
      local file <close> = io.tmpfile()
      file:write(text)
      file:seek "set"
      local expected = {}
      for i, format in ipairs(wanted) do expected[i] = file:read(format) or "nil" end

      for size = 1, #text do
         local buffer, more = source(pieces(text, size))
         local got = {}
         for i, format in ipairs(wanted) do
            got[i] = formats.reader(format)(buffer, more) or "nil"
         end
         assert.same(expected, got)
      end
   end)

   it("gives the next chunk without a format, and nil at the end", function()
      local buffer, more = source("one", "two")
      local read = formats.reader(nil)
      assert.same({ "one", "two", nil }, { read(buffer, more), read(buffer, more),
         (read(buffer, more)) })
   end)

   it("keeps what came before a failure", function()
      for _, format in ipairs { "l", "L", "a", 10, "n" } do
         local buffer, more = source("12", "34", late, "56\nx")
         local got, err = formats.reader(format)(buffer, more)
         assert.same({ nil, late }, { got, err })
         assert.equal(1234, math.tointeger(buffer:take(99)))
         assert.is_true(more())
      end
   end)

   it("refuses a line that is too long, however the bytes come", function()
      local limit = defaults.line_limit
      for _, chunk in ipairs { 100000, limit, limit + 1, 3 * limit } do
         local buffer, more = source(pieces(("x"):rep(limit) .. "\nnext\n", chunk))
         assert.equal(limit, #formats.reader "l"(buffer, more))
         assert.equal("next", formats.reader "l"(buffer, more))
         for _, tail in ipairs { "\nnext\n", "" } do
            buffer, more = source(pieces(("x"):rep(limit + 1) .. tail, chunk))
            local line, err = formats.reader "l"(buffer, more)
            assert.same({ nil, "resource_exhausted" }, { line, err.code })
            assert.equal(limit + 1 + #tail, #formats.reader "a"(buffer, more))
         end
      end
   end)

   it("raises on a format that is none", function()
      for _, format in ipairs { "x", -1, 1.5, {}, true } do
         assert.has_error(function() formats.reader(format) end)
      end
   end)
end)

describe("expecting", function()
   local function run(wanted, limit, ...)
      local buffer, more = source(...)
      local found = table.pack(expect.read(buffer, more, expect.finder(wanted), limit))
      return found, buffer:take(buffer.size)
   end

   local text = "boot...\nlogin: root\npassword: "

   it("gives what was matched or its captures, and leaves what follows", function()
      for size = 1, #text do
         local found, rest = run("login: ", 100, pieces(text, size))
         assert.same({ "login: ", n = 1 }, found)
         assert.equal(text:sub(16, 15 + #rest), rest)
         assert.is_true(#rest < size)
         found = run("(%a+): (%a+)\n()", 100, pieces(text, size))
         assert.same({ "login", "root", 21, n = 3 }, found)
      end
      assert.same({ "", n = 1 }, (run("", 100, "x")))
   end)

   it("asks a function, that says where and what", function()
      local seen = {}
      local function wanted(buffer)
         seen[#seen + 1] = buffer
         local from, to = buffer:find("root", 1, true)
         if from then return from, to + 1, "user", nil, 5 end
      end
      local found, rest = run(wanted, 100, pieces(text, 10))
      assert.same({ "user", nil, 5, n = 3 }, found)
      assert.equal("", rest)
      assert.same({ "", text:sub(1, 10), text:sub(1, 20) }, seen)

      found, rest = run(function(b) return #b > 5 and 3 or nil end, 100, "12345", "678")
      assert.same({ { "345678", n = 1 }, "" }, { found, rest })
   end)

   it("raises on a place that is not in the text", function()
      for _, place in ipairs { { 0, 1 }, { 1, 9 }, { 3, 1 }, { "a" }, { 1.5 } } do
         assert.has_error(function()
            run(function() return table.unpack(place) end, 100, "abc")
         end)
      end
      assert.is_nil(expect.finder(5))
   end)

   it("keeps all where the end, a failure or the limit comes first", function()
      local found, rest = run("nothing", 100, pieces(text, 7))
      assert.same({ nil, "out_of_range", text }, { found[1], found[2].code, rest })
      found, rest = run("nothing", 100, "boot", late, "more")
      assert.same({ nil, late, "boot" }, { found[1], found[2], rest })
      found, rest = run("nothing", 14, pieces(text, 7))
      assert.same({ nil, "resource_exhausted", text:sub(1, 14) },
         { found[1], found[2].code, rest })
      assert.same({ "login", n = 1 }, (run("login", 14, pieces(text, 7))))
   end)

   it("takes a limit in words, and no other", function()
      assert.same({ defaults.expect_limit, 65536 }, { expect.limit(), expect.limit "64k" })
      assert.is_nil(expect.limit "much")
   end)
end)
