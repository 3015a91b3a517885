-- The table of defaults that people read is the spec that is made.

local defaults = require "neap.defaults"
local file = require "neap.seccomp.file"
local json = require "neap.json"
local machine = require "neap.machine"
local origin = require "neap.spec.origin"
local resolve = require "neap.seccomp.resolve"
local spec = require "neap.spec"
local tree = require "neap.spec.tree"

local function words_in(cell)
   local words = {}
   for word in cell:gmatch "`([^`]+)`" do words[#words + 1] = word end
   return words
end

--- The rows of the table below "## By default": { paths =, words =, text = }.
local function read_table()
   local opened <close> = assert(io.open "lua/neap/spec/README.md")
   local section = opened:read("a"):match "## By default\n(.-)\n## "
   local rows = {}
   for line in section:gmatch "[^\n]+" do
      local where, default = line:match "^| (`[^|]+) | ([^|]+) |"
      if where then
         rows[#rows + 1] = { paths = words_in(where), words = words_in(default), text = default }
      end
   end
   return rows
end

local function rule(item)
   local kind = item.type and item.type .. " " or ""
   return ("%s %s%s:%s %s"):format(item.allow and "allow" or "deny", kind,
      item.major or "*", item.minor or "*", item.access)
end

--- A value of the spec, as the table has it.
local function words_of(path, value)
   if type(value) ~= "table" then return { tostring(value) } end
   local words = {}
   if path:find "^mounts%[" then
      words[1] = value.type
      table.move(value.options, 1, #value.options, 2, words)
   elseif #value > 0 or json.is_array(value) then
      for i, item in ipairs(value) do
         words[i] = type(item) == "table" and (item.access and rule(item) or item.type)
            or item:gsub("^CAP_", "")
      end
   else
      for name, item in pairs(value) do words[#words + 1] = name .. "=" .. item end
      table.sort(words)
   end
   return words
end

describe("the table of defaults", function()
   local notes = {}
   local made = assert(spec.new({ id = "ID", rootfs = "ROOTFS", args = { "COMMAND" } }, {
      namespace = "NAMESPACE", machine = machine, origin = notes,
   }))
   local rows = read_table()

   for _, row in ipairs(rows) do
      for _, path in ipairs(row.paths) do
         it("is right about " .. path, function()
            local node = tree.at(made, path)
            if path == "linux.seccomp" then
               assert.same({ defaults.seccomp, defaults.seccomp_package }, row.words)
               assert.same(resolve.new(assert(file.read(defaults.seccomp)), {
                  machine = machine.architecture(), release = machine.release(),
                  caps = made.process.capabilities.bounding,
               }), node.value)
            elseif path == "process.apparmorProfile" then
               assert.same({ defaults.apparmor }, row.words)
               local is_there = machine.has_apparmor() and machine.has_profile(row.words[1])
               assert.equal(is_there and row.words[1] or nil, node and node.value)
            elseif node then
               assert.same(words_of(path, node.value), row.words)
            else
               assert.matches("^none", row.text)
            end
         end)
      end
   end

   it("leaves nothing out", function()
      local known = {}
      for _, row in ipairs(rows) do
         for _, path in ipairs(row.paths) do known[path] = true end
      end
      for _, field in ipairs(origin.rows(made, notes)) do
         local is_known = false
         for prefix in tree.prefixes(field.path) do is_known = is_known or known[prefix] end
         assert.is_true(is_known, field.path .. " is in no row")
      end
   end)

   it("names only options that there are", function()
      local known = require "neap.config.fields".container
      local process = require "neap.config.process"
      local limits = require "neap.resources".fields
      local opened <close> = assert(io.open "lua/neap/spec/README.md")
      local section = opened:read("a"):match "## By default\n(.-)\n## "
      for options in section:gmatch "\n| `[^|]+| [^|]+|([^|]*)|" do
         for _, name in ipairs(words_in(options)) do
            local is_option = known[name] or process[name] or limits[name]
               or name == "gid" or name == "TERM=xterm"
            assert.truthy(is_option, name .. " is no option")
         end
      end
   end)
end)
