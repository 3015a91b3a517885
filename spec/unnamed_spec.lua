local unnamed = dofile "scripts/build/unnamed.lua"

--- Every kind of constant, upvalues, nested functions, and lines far apart.
local SOURCE <const> = [[
local first, second <const> = 1, 2.5
local long = "]] .. ("x"):rep(300) .. [["
local function inner(given) return first + given, long, nil, true, false end
]] .. ("\n"):rep(500) .. [[
local function fail() error "here" end
return function() return inner(second), pcall(fail) end
]]

local function compile(text) return assert(load(text, "@a/b.lua")) end

describe("scripts/build/unnamed.lua", function()
   it("leaves what a chunk does, and its lines", function()
      local named = string.dump(compile(SOURCE))
      local chunk = unnamed(named)
      local plain, shorn = load(named, "x", "b")(), load(chunk, "x", "b")()

      assert.is_true(#chunk < #named)
      assert.same({ plain() }, { shorn() })
      assert.matches("a/b.lua:504: here", select(3, shorn()), 1, true)
   end)

   it("leaves no name of a variable", function()
      local chunk = unnamed(string.dump(compile [[
         local wanted = ...
         return function() return wanted end
      ]]))
      local made = load(chunk, "x", "b")(1)

      assert.not_matches("wanted", chunk, 1, true)
      assert.equal(1, made())
      assert.equal("(no name)", (debug.getupvalue(made, 1)))
   end)

   it("refuses what is no such chunk", function()
      local chunk = string.dump(compile "return 1")
      for _, other in ipairs { "", "return 1", "\27Lua\x53" .. chunk:sub(6), chunk .. "x" } do
         assert.has_error(function() unnamed(other) end)
      end
   end)
end)
