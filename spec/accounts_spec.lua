local accounts = require "neap.accounts"
local amount = require "support.amount"

-- As somebody who means harm may write them.
local PASSWD <const> = table.concat({
   "root:x:0:0:root:/root:/bin/sh",
   "",
   "no colon",
   "two:colons",
   "::7:7::/:",
   "letters:x:abc:1::/:",
   "hex:x:0x10:1::/:",
   "space:x: 5:1::/:",
   "less:x:-1:1::/:",
   "most:x:2147483647:2147483647::/:",
   "over:x:2147483648:1::/:",
   "huge:x:99999999999999999999999999:1::/:",
   "none:x::::/:",
   "badgroup:x:8:zero::/:",
   "short:x:9:10",
   "twice:x:11:11::/:",
   "twice:x:12:12::/:",
   "windows:x:13:14::/:/bin/sh\r",
   "bare\r",
   "ünï:x:15:15::/:",
   ("l"):rep(70000) .. ":x:16:16:" .. ("x"):rep(70000) .. "::",
   "last:x:17:18",
}, "\n")

describe("neap.accounts", function()
   describe("of users", function()
      local found = {
         { "root", { name = "root", uid = 0, gid = 0 } },
         { "most", { name = "most", uid = 2147483647, gid = 2147483647 } },
         { "short", { name = "short", uid = 9, gid = 10 } },
         { "twice", { name = "twice", uid = 11, gid = 11 } },
         { "windows", { name = "windows", uid = 13, gid = 14 } },
         { "ünï", { name = "ünï", uid = 15, gid = 15 } },
         { "last", { name = "last", uid = 17, gid = 18 } },
         { 12, { name = "twice", uid = 12, gid = 12 } },
         { 16, { name = ("l"):rep(70000), uid = 16, gid = 16 } },
      }
      for _, row in ipairs(found) do
         it("finds " .. row[1], function()
            assert.same(row[2], accounts.user(PASSWD, row[1]))
         end)
      end

      it("does not find what no line says", function()
         for _, wanted in ipairs { "nobody", "no colon", "two", "bare", 16777216, 5, "1", "roo" } do
            local user, why = accounts.user(PASSWD, wanted)
            assert.is_nil(user, wanted)
            assert.is_nil(why, wanted)
         end
      end)

      it("takes no id that is none for 0, or for anything else", function()
         local rows = {
            letters = "abc", hex = "0x10", space = " 5", less = "-1", over = "2147483648",
            huge = "99999999999999999999999999", none = "", badgroup = "zero",
         }
         for name, id in pairs(rows) do
            local user, why = accounts.user(PASSWD, name)
            assert.is_nil(user)
            assert.equal(('"%s" has the id "%s" there (ids are numbers up to 2147483647)')
               :format(name, id), why)
         end
      end)
   end)

   local GROUP <const> = table.concat({
      "root:x:0:", "adm:x:4:www,new", "log:x:9:www\r", "odd:x:one:crook", "open:x:20",
      "empty:x:21:", "prefix:x:22:wwwx,xwww", "adm:x:5:", "big:x:23:" .. ("u,"):rep(40000) .. "www",
   }, "\n")

   it("finds groups by their names", function()
      assert.equal(4, accounts.group(GROUP, "adm"))
      assert.equal(20, accounts.group(GROUP, "open"))
      assert.is_nil((accounts.group(GROUP, "none")))
      local gid, why = accounts.group(GROUP, "odd")
      assert.is_nil(gid)
      assert.matches('"odd" has the id "one" there', why, 1, true)
   end)

   it("finds the groups that list a user", function()
      assert.same({ 4, 9, 23 }, accounts.memberships(GROUP, "www"))
      assert.same({}, accounts.memberships(GROUP, "nobody"))
      assert.same({}, accounts.memberships(GROUP, ""))
      local gids, why = accounts.memberships(GROUP, "crook")
      assert.is_nil(gids)
      assert.matches('"odd" has the id "one" there', why, 1, true)
   end)

   it("is through with a megabyte of anything", function()
      for _, text in ipairs { ":", " ", "a", ",", "\n", "a:", "\r", "::::\n" } do
         local large = text:rep(amount(1 << 20) // #text)
         assert.is_nil((accounts.user(large, "www")))
         assert.is_nil((accounts.group(large, "www")))
         assert.same({}, accounts.memberships(large, "www"))
      end
   end)
end)
