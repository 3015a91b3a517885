local json = require("neap.core").json

local infinity = "18446744073709551615" -- RLIM_INFINITY

local function again(text)
   return json.encode(json.decode(text))
end

describe("json.encode", function()
   it("writes each kind of value", function()
      local cases = {
         { true, "true" },
         { json.null, "null" },
         { 1, "1" },
         { math.mininteger, "-9223372036854775808" },
         { 0.5, "0.5" },
         { "a/b", '"a/b"' },
         { "\0\1\"", [["\u0000\u0001\""]] },
         { "Grüße", '"Grüße"' },
         { {}, "{}" },
         { { 1, { 2 } }, "[1,[2]]" },
         { json.array(), "[]" },
      }
      for _, case in ipairs(cases) do
         assert.equal(case[2], json.encode(case[1]))
      end
   end)

   it("writes a whole float as an integer, which Go asks for", function()
      assert.equal("[3,33554432]", json.encode({ 3.0, 64 * 1024 * 1024 / 2 }))
   end)

   it("sorts keys, so that equal tables give equal text", function()
      assert.equal('{"a":1,"b":2,"c":3}', json.encode({ c = 3, a = 1, b = 2 }))
   end)

   it("writes pretty text on request", function()
      assert.equal('{\n  "a": [\n    1\n  ]\n}', json.encode({ a = { 1 } }, { pretty = true }))
   end)

   it("takes a table that is kept as it was then", function()
      local list = { "a", { b = 1 } }
      assert.equal(list, json.keep(list))
      list[1] = "c"
      assert.equal('{"x":[["a",{"b":1}],2],"y":["a",{"b":1}]}',
         json.encode { x = { list, 2 }, y = list })
      assert.equal('["a",{"b":1}]', json.encode(list))
      assert.equal('["c",{"b":1}]', json.encode { table.unpack(list) })

      assert.equal(list, json.keep(list))
      assert.equal('["a",{"b":1}]', json.encode(list))
   end)

   it("keeps no text of what has none", function()
      local list = { "\xFF" }
      local none, err = json.keep(list)
      assert.is_nil(none)
      assert.equal("invalid_argument", err.code)
      list[1] = "a"
      assert.equal('["a"]', json.encode(list))
      assert.has_error(function() json.keep { print } end)
      assert.has_error(function() json.keep "text" end)
   end)

   it("keeps a text no longer than its table lives", function()
      local function fill()
         for i = 1, 100 do json.keep { ("x"):rep(100000), i } end
         collectgarbage()
         collectgarbage()
         return collectgarbage "count"
      end
      local once = fill()
      assert.is_true(fill() - once < 1000)
   end)

   it("returns invalid_argument for what JSON has no word for", function()
      for _, value in ipairs({ 0 / 0, math.huge, "\xFF" }) do
         local text, err = json.encode({ value })
         assert.is_nil(text)
         assert.equal("invalid_argument", err.code)
         assert.equal("json.encode", err.op)
      end
   end)

   it("raises for what is no value and says where it is", function()
      local cyclic = { a = { b = {} } }
      cyclic.a.b.c = cyclic.a
      local cases = {
         { { args = { "x", print } }, "value.args[2]: a function" },
         { { a = { 1, x = 2 } }, "value.a: a list that has other keys too" },
         { { a = { [7] = 1 } }, "value.a: a map's keys are strings" },
         { { ["a\0"] = 1 }, "a key with a NUL byte" },
         { { 1, nil, 3 }, "value[2]: nil in a list" },
         { { coroutine.create(print) }, "value[1]: a thread" },
         { { io.stdout }, "value[1]: a userdata" },
         { cyclic, "value.a.b.c: a table that holds itself" },
         { nil, "value: a nil is no value" },
      }
      for i = 1, 9 do
         local ok, message = pcall(json.encode, cases[i][1])
         assert.is_false(ok)
         assert.truthy(message:find(cases[i][2], 1, true), message)
      end
   end)

   it("refuses more than 100 levels", function()
      local function nest(levels)
         local value = {}
         for _ = 2, levels do
            value = { value }
         end
         return value
      end
      assert.is_string(json.encode(nest(100)))
      assert.error_matches(function() json.encode(nest(101)) end, "nested too deep")
   end)

   it("takes a table twice, when it is not in itself", function()
      local shared = { 1 }
      assert.equal("[[1],[1]]", json.encode({ shared, shared }))
   end)
end)

describe("json.decode", function()
   it("reads each kind of value", function()
      assert.same({ a = { 1, 2.5, "x", true } }, json.decode('{"a":[1,2.5,"x",true]}'))
      assert.equal(json.null, json.decode("null"))
      assert.equal("integer", math.type(json.decode("9223372036854775807")))
      assert.equal("float", math.type(json.decode("1e3")))
   end)

   it("keeps lists apart from maps on the way there and back", function()
      local text = '{"list":[],"map":{},"null":null}'
      assert.equal(text, again(text))
   end)

   it("keeps a list that has been emptied a list", function()
      local list = json.decode("[1]")
      table.remove(list)
      assert.equal("[]", json.encode(list))
   end)

   it("keeps integers of 64 bits, signed and unsigned", function()
      local text = "[-9223372036854775808,9223372036854775807,9223372036854775808]"
      assert.equal(text, again(text))
      assert.equal(infinity, again(infinity))
   end)

   it("returns line and column of what is wrong", function()
      local value, err = json.decode('{"a": 1,\n "b" 2}')
      assert.is_nil(value)
      assert.equal("invalid_argument", err.code)
      assert.truthy(err.message:find("line 2, column 6", 1, true), err.message)
   end)

   it("refuses what other readers let pass", function()
      local texts = { "", "[1,]", "NaN", "01", "'a'", "1 2", "\0", '"\n"', '"\xFF"', "1\0" }
      for _, text in ipairs(texts) do
         local _, err = json.decode(text)
         assert.equal("invalid_argument", err.code)
      end
   end)

   it("takes 16 MiB", function()
      local list = {}
      for i = 1, 4096 do
         list[i] = ("x"):rep(4093)
      end
      local text = json.encode(list)
      assert.is_true(#text >= 16 * 1024 * 1024)
      assert.equal(4096, #json.decode(text))
   end)
end)

describe("json.array", function()
   it("marks a table and returns it", function()
      local list = {}
      assert.equal(list, json.array(list))
      assert.equal(list, json.array(list))
      assert.equal("[]", json.encode(list))
   end)

   it("raises for a table with a metatable of its own", function()
      assert.error(function() json.array(setmetatable({}, {})) end)
   end)
end)

describe("json.is_array", function()
   it("is true of what becomes a list", function()
      assert.is_true(json.is_array({ 1 }))
      assert.is_true(json.is_array(json.array()))
      assert.is_false(json.is_array({}))
      assert.is_false(json.is_array("x"))
   end)
end)

describe("json.uint", function()
   it("is an integer where Lua's holds it", function()
      assert.equal(42, json.uint("42"))
      assert.equal(math.maxinteger, json.uint("9223372036854775807"))
   end)

   it("prints its digits and compares with numbers", function()
      local big = json.uint(infinity)
      assert.equal(infinity, tostring(big))
      assert.is_true(big == json.uint(infinity))
      assert.is_true(big ~= json.uint("9223372036854775808"))
      assert.is_true(big > math.maxinteger and 0 < big and big > 1e9)
      assert.is_true(big < 2 ^ 64 and big > 2 ^ 63)
      assert.equal("[" .. infinity .. "]", json.encode({ big }))
   end)

   it("raises for what is no such number", function()
      for _, digits in ipairs({ "", "-1", "1.5", "0x1", " 1", "18446744073709551616" }) do
         assert.error(function() json.uint(digits) end)
      end
   end)
end)
