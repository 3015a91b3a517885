local core = require "neap.core"
local files = require "neap.program.policy_files"

--- A file system: paths, and what is there; files have `text`.
local function fs_of(found)
   local function stat(path)
      local facts = found[path]
      if not facts then return nil, "ENOENT" end
      return {
         type = facts.type or facts.text and "file" or "directory", uid = facts.uid or 0,
         mode = facts.mode or (facts.text and 420 or 493),
      }
   end
   return {
      lstat = stat,
      list = function(directory)
         local names = {}
         for path in pairs(found) do
            local name = path:match("^" .. directory .. "/([^/]+)$")
            names[#names + 1] = name
         end
         return names
      end,
      open_plain = function(path)
         local facts = found[path]
         if facts.type == "link" then return nil, "ELOOP" end
         return setmetatable({ path = path, read = function() return facts.text or "" end },
            { __close = function() end })
      end,
      fstat = function(file) return stat(file.path) end,
   }
end

local function with(changes)
   local found = {
      ["/"] = {}, ["/etc"] = {}, ["/etc/neap"] = {}, ["/etc/neap/policy.d"] = {},
      ["/etc/neap/policy.d/20-b.lua"] = { text = "table.insert(POLICIES, 'b')" },
      ["/etc/neap/policy.d/10-a.lua"] = { text = "table.insert(POLICIES, 'a')" },
      ["/etc/neap/policy.d/README"] = { text = "not Lua", mode = 511 },
      ["/etc/neap/policy.d/.c.lua"] = { text = "not Lua", uid = 5 },
   }
   for path, facts in pairs(changes or {}) do found[path] = facts end
   return fs_of(found)
end

describe("the files of policy.d", function()
   before_each(function() rawset(_G, "POLICIES", {}) end)
   after_each(function() rawset(_G, "POLICIES", nil) end)

   it("are loaded in the order of their names, those that end in .lua", function()
      assert.is_true(files.load("/etc/neap/policy.d", with()))
      assert.same({ "a", "b" }, _G.POLICIES)
   end)

   it("are refused where others than root have a say, and none after them is loaded", function()
      local first = "/etc/neap/policy.d/10-a.lua"
      for _, case in ipairs {
         { "/", { mode = 511 }, "/ can be written to by others than root (mode 0777)" },
         { "/", { mode = 1023 }, "/ can be written to by others than root (mode 1777)" },
         { "/etc", { uid = 5 }, "/etc is owned by user 5, not by root" },
         { "/etc", { mode = 509 }, "/etc can be written to by others than root (mode 0775)" },
         { "/etc/neap", { type = "link" }, "/etc/neap is a symbolic link, not a directory" },
         { "/etc/neap/policy.d", { type = "link" },
            "/etc/neap/policy.d is a symbolic link, not a directory" },
         { "/etc/neap/policy.d", { text = "" }, "/etc/neap/policy.d is a file, not a directory" },
         { "/etc/neap/policy.d", { mode = 495 }, "(mode 0757)" },
         { first, { text = "", uid = 1000 }, first .. " is owned by user 1000, not by root" },
         { first, { text = "", mode = 438 },
            first .. " can be written to by others than root (mode 0666)" },
         { first, { text = "", mode = 436 },
            first .. " can be written to by others than root (mode 0664)" },
         { first, { type = "link" }, first .. " is a symbolic link, not a regular file" },
         { first, { type = "fifo" }, first .. " is a fifo, not a regular file" },
         { first, {}, first .. " is a directory, not a regular file" },
         { first, { text = "return +" }, first .. ":1:" },
         { first, { text = "error 'oops'" }, "oops" },
         { first, { text = string.dump(load "return 1") }, first .. " is a binary chunk" },
      } do
         local ok, why = files.load("/etc/neap/policy.d", with { [case[1]] = case[2] })
         assert.is_nil(ok)
         assert.truthy(why:find(case[3], 1, true), why)
         assert.same({}, _G.POLICIES)
      end
   end)

   it("do not hold up a program that has none", function()
      local function main() end
      local _, errno = core.fs.lstat "/etc/neap/policy.d"
      if errno ~= "ENOENT" then return pending "this machine has policies" end
      assert.equal(main, require("neap.program.life").after_policies(main, print))
   end)
end)

describe("neap.core.fs.open_plain", function()
   it("opens what is a file, and neither follows a link nor waits at a FIFO", function()
      local path = os.tmpname()
      finally(function()
         os.remove(path)
         os.remove(path .. ".link")
         os.remove(path .. ".fifo")
      end)
      local made <close> = assert(io.open(path, "w"))
      made:write "text"
      made:close()
      local file <close> = assert(core.fs.open_plain(path))
      assert.equal("file", core.fs.fstat(file).type)
      assert.equal("text", file:read "a")
      assert.is_true(file:close())

      assert(os.execute(("ln -s %s %s.link"):format(path, path)))
      assert.same({ nil, "ELOOP" }, { core.fs.open_plain(path .. ".link") })
      assert(core.fs.fifo(path .. ".fifo"))
      local fifo <close> = assert(core.fs.open_plain(path .. ".fifo"))
      assert.equal("fifo", core.fs.fstat(fifo).type)
      assert.same({ nil, "ENOENT" }, { core.fs.open_plain(path .. ".none") })
   end)
end)
