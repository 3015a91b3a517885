local bundle = require "neap.bundle"
local hash = require "neap.hash"

local ENGINE = "/run/containerd/containerd.sock"
local ROOT = "/run/neap/" .. hash.hex8(ENGINE)
local HERE = ROOT .. "/default/web"

--- A disk: directories of ours down to the bundle, and what is in it.
local function disk(changes)
   local nodes = {
      [ROOT] = { type = "directory", uid = 0, dev = 1 },
      [ROOT .. "/default"] = { type = "directory", uid = 0, dev = 1 },
      [HERE] = { type = "directory", uid = 0, dev = 1 },
      [HERE .. "/web.1-stdout"] = { type = "fifo", uid = 0, dev = 1 },
      [HERE .. "/reader"] = { type = "file", uid = 0, dev = 1 },
   }
   for path, node in pairs(changes or {}) do nodes[path] = node or nil end

   return {
      lstat = function(path)
         if nodes[path] then return nodes[path] end
         return nil, "ENOENT"
      end,
      list = function(path)
         local names = {}
         for node in pairs(nodes) do
            local name = node:sub(1, #path + 1) == path .. "/" and node:sub(#path + 2)
            if name and not name:find("/", 1, true) then names[#names + 1] = name end
         end
         table.sort(names)
         return names
      end,
   }
end

local function plan(label, changes, user)
   local on = disk(changes)
   return bundle.plan_removal {
      path = label, expected = HERE, uid = user or 0, gid = user or 0, owner = 0,
      lstat = on.lstat, list = on.list,
   }
end

describe("neap.bundle", function()
   it("lies where engine, namespace and id say", function()
      assert.equal(HERE, bundle.path { engine = ENGINE, namespace = "default", id = "web" })
      assert.equal("/tmp/b/" .. hash.hex8 "/other" .. "/ns/x",
         bundle.path { root = "/tmp/b", engine = "/other", namespace = "ns", id = "x" })
   end)

   describe("find", function()
      local cases = {
         { "ours", { ["neap.bundle"] = "/b" }, "/b" },
         { "docker's", { ["com.docker/engine.bundle.path"] = "/d" }, "/d" },
         {
            "ours first",
            { ["neap.bundle"] = "/b", ["com.docker/engine.bundle.path"] = "/d" }, "/b",
         },
         { "none", {}, nil },
         { "an empty one", { ["neap.bundle"] = "" }, nil },
         { "a relative one", { ["neap.bundle"] = "b" }, nil },
         { "one that climbs", { ["neap.bundle"] = "/run/../etc" }, nil },
         { "the root", { ["neap.bundle"] = "/" }, nil },
      }
      for _, case in ipairs(cases) do
         it("reads " .. case[1], function() assert.equal(case[3], bundle.find(case[2])) end)
      end
   end)

   it("knows the names it makes", function()
      for _, name in ipairs { "web-stdin", "web.1a-stdout", "x-1-stderr", "reader", "tap" } do
         assert.is_true(bundle.is_our_name(name))
      end
      for _, name in ipairs { "config.json", "stdout", "-stdout", "a/b-stdout", "..", "web-std" } do
         assert.is_false(bundle.is_our_name(name))
      end
   end)

   describe("plan_removal", function()
      it("names what goes", function()
         local made = assert(plan(HERE))

         assert.same({ HERE .. "/reader", HERE .. "/web.1-stdout" }, made.unlink)
         assert.equal(HERE, made.rmdir)
      end)

      local other = "/run/neap/" .. hash.hex8 "/other" .. "/default/web"
      local bad = {
         { "no label", nil, {}, "the label is empty" },
         { "an empty label", "", {}, "the label is empty" },
         { "label /", "/", {}, "not a plain absolute path" },
         { "label ..", "..", {}, "not a plain absolute path" },
         { "a relative label", "run/neap", {}, "not a plain absolute path" },
         { "a label that climbs", HERE .. "/..", {}, "not a plain absolute path" },
         { "a label that climbs inside", ROOT .. "/x/../default/web", {}, "not a plain absolute" },
         { "a label that ends in /", HERE .. "/", {}, "not a plain absolute path" },
         { "another directory", "/etc", {}, "not the one of this container" },
         { "another engine's", other, {}, "not the one of this container" },
         { "another container's", ROOT .. "/default/db", {}, "not the one of this container" },
         {
            "a symbolic link", HERE, { [HERE] = { type = "link", uid = 0, dev = 1 } },
            "is not a real directory",
         },
         {
            "a link above it", HERE, { [ROOT .. "/default"] = { type = "link", uid = 0, dev = 1 } },
            ROOT .. "/default is not a real directory",
         },
         {
            "a file", HERE, { [HERE] = { type = "file", uid = 0, dev = 1 } },
            "is not a real directory",
         },
         {
            "another user's", HERE, { [HERE] = { type = "directory", uid = 1000, dev = 1 } },
            "belongs to user 1000",
         },
         {
            "a mount", HERE, { [HERE] = { type = "directory", uid = 0, dev = 2 } }, "is a mount",
         },
         {
            "a mount inside", HERE,
            { [HERE .. "/web-stdout"] = { type = "directory", uid = 0, dev = 2 } },
            "it holds web-stdout",
         },
         {
            "a directory inside", HERE,
            { [HERE .. "/data"] = { type = "directory", uid = 0, dev = 1 } }, "it holds data",
         },
         {
            "a stranger's file", HERE,
            { [HERE .. "/notes"] = { type = "file", uid = 0, dev = 1 } }, "it holds notes",
         },
         {
            "a link named like a FIFO", HERE,
            { [HERE .. "/web-stdin"] = { type = "link", uid = 0, dev = 1 } }, "it holds web-stdin",
         },
      }
      for _, case in ipairs(bad) do
         it("leaves " .. case[1], function()
            local made, why = plan(case[2], case[3])

            assert.is_nil(made)
            assert.matches(case[4], why, 1, true)
         end)
      end

      it("says when the directory is gone", function()
         local made, _, errno = plan(HERE, { [HERE] = false })

         assert.is_nil(made)
         assert.equal("ENOENT", errno)
      end)

      describe("in a user namespace", function()
         local S = ".100000.100000"
         local remapped = "/run/neap" .. S .. "/" .. hash.hex8(ENGINE) .. S
            .. "/default" .. S .. "/web" .. S
         local theirs = { type = "directory", uid = 100000, dev = 1 }
         local nodes = {
            [remapped] = theirs,
            [remapped:match "^(.*)/"] = theirs,
            [remapped:match "^(.*)/.*/"] = theirs,
         }

         it("takes the remapped directory", function()
            assert.equal(remapped, assert(plan(remapped, nodes, 100000)).rmdir)
         end)

         it("takes it only from the user it was mapped for", function()
            assert.is_nil((plan(remapped, nodes, 0)))
            assert.is_nil((plan(remapped, nodes, 5)))
         end)

         it("takes no mixture of names", function()
            local mixed = "/run/neap" .. S .. "/" .. hash.hex8(ENGINE) .. "/default/web" .. S

            assert.is_nil((plan(mixed, nodes, 100000)))
         end)
      end)
   end)
end)
