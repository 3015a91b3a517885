local lfs = require "lfs"
local tar = require "neap.tar"

describe("neap.tar", function()
   --- An archive of { name, content } pairs.
   local function archive(members)
      local parts = {}
      for _, member in ipairs(members) do
         local before, after = tar.member(member[1], #(member[2] or ""))
         parts[#parts + 1] = before .. (member[2] or "") .. after
      end
      return table.concat(parts) .. tar.finish
   end

   --- Chunks of a string, `size` bytes each.
   local function chunks(text, size)
      local at = 1
      return function()
         if at > #text then return nil end
         at = at + size
         return text:sub(at - size, at - 1)
      end
   end

   local function read(text, size)
      local found = {}
      local ok, why = tar.read(chunks(text, size or 1000), function(member)
         local content = {}
         found[#found + 1] = { member.name, member.kind, content }
         return function(bytes)
            content[#content + 1] = bytes
            return true
         end
      end)
      if not ok then return nil, why end
      for _, member in ipairs(found) do member[3] = table.concat(member[3]) end
      return found
   end

   local LONG <const> = ("d"):rep(90) .. "/" .. ("f"):rep(90)
   local LONGER <const> = ("x"):rep(200)

   it("reads what it wrote, however it is cut", function()
      local members = {
         { "a.img", "some bytes" }, { "empty", "" }, { "dir/" }, { "dir/b", ("y"):rep(1024) },
         { LONG, "long" }, { LONGER, "longer" },
      }
      local expected = {
         { "a.img", "file", "some bytes" }, { "empty", "file", "" }, { "dir", "directory", "" },
         { "dir/b", "file", ("y"):rep(1024) }, { LONG, "file", "long" },
         { LONGER, "file", "longer" },
      }
      for _, size in ipairs { 1, 7, 512, 100000 } do
         assert.same(expected, read(archive(members), size))
      end
   end)

   it("understands tar, and is understood", function()
      local place = os.tmpname()
      os.remove(place)
      lfs.mkdir(place)
      local file <close> = io.open(place .. "/in.tar", "wb")
      file:write(archive { { "a", "one" }, { LONGER, "two" } })
      file:close()
      local again = "cd %s && tar xf in.tar && tar --format=pax -cf out.tar a %s"
      assert(os.execute(again:format(place, LONGER)))
      local out <close> = io.open(place .. "/out.tar", "rb")
      assert.same({ { "a", "file", "one" }, { LONGER, "file", "two" } }, read(out:read "a"))
      os.execute("rm -r " .. place)
   end)

   it("refuses members that escape, or are something else", function()
      for _, name in ipairs { "../evil", "/etc/passwd", "a/../../b", ".." } do
         local found, why = read(archive { { name, "x" } })
         assert.is_nil(found)
         assert.matches("outside", why)
      end
      local link = archive { { "link", "" } }
      link = link:sub(1, 156) .. "2" .. link:sub(158) -- a symbolic link
      link = link:sub(1, 148) .. ("%06o\0 "):format(tonumber(link:sub(149, 154), 8) + 2)
         .. link:sub(157)
      assert.matches("neither", select(2, read(link)))
   end)

   it("refuses what is no archive, or ends too soon", function()
      assert.matches("no tar archive", select(2, read(("x"):rep(1024))))
      assert.matches("too soon", select(2, read(archive { { "a", ("x"):rep(2000) } }:sub(1, 1500))))
      assert.matches("too soon", select(2, read("")))
   end)
end)
