-- Lua modules as C, compiled: what the program need not read at each start.
--
--    lua5.4 scripts/build/modules.lua FILE...  > modules.inc
--
-- Each lua/neap/a/b.lua becomes an entry of a table that is sorted by name.

local unnamed = dofile "scripts/build/unnamed.lua"

local function name_of(path)
   return (path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

--- Compiled, with lines for tracebacks; "lua/" is left out of them.
local function compile(path)
   local file <close> = assert(io.open(path, "rb"))
   return unnamed(string.dump(assert(load(file:read "a", "@" .. path:gsub("^lua/", "")))))
end

local function as_c(bytes)
   local lines = {}
   for from = 1, #bytes, 20 do
      local numbers = { bytes:byte(from, from + 19) }
      lines[#lines + 1] = "    " .. table.concat(numbers, ",") .. ","
   end
   return table.concat(lines, "\n")
end

local modules = {}
for _, path in ipairs(arg) do
   modules[#modules + 1] = { name = name_of(path), code = compile(path) }
end
table.sort(modules, function(a, b) return a.name < b.name end)

for index, module in ipairs(modules) do
   print(("static const unsigned char code_%d[] = {\n%s\n};"):format(index, as_c(module.code)))
end
print "static const module modules[] = {"
for index, module in ipairs(modules) do
   print(('    { "%s", code_%d, sizeof code_%d },'):format(module.name, index, index))
end
print "};"
