local judge = require "neap.engine.judge"
local layout = require "neap.engine.layout"
local program = require "neap.engine.program"

describe("neap.engine.layout", function()
   local places = layout.of("/var/lib/neap", "/run/neap/")

   it("keeps sockets short whatever the directory", function()
      local long = layout.of("/" .. ("x"):rep(1000), "/run/neap")
      assert.matches("^/run/neap/%x%x%x%x%x%x%x%x/containerd%.sock$", long.address)
      assert.not_equal(places.address, long.address)
   end)

   it("tells from an address what it told from the directory", function()
      local found = layout.at(places.address)
      for _, name in ipairs { "run", "state", "lock", "owner", "address" } do
         assert.equal(places[name], found[name])
      end
      assert.same({ layout.isolation(places) }, { layout.isolation(found) })
      assert.is_nil(layout.at "/run/other.sock")
      assert.is_nil(layout.at "containerd.sock")
   end)

   it("keeps the containers of two engines apart", function()
      local root, prefix = layout.isolation(places)
      assert.equal(places.state .. "/runc", root)
      assert.matches("^/neap%-%x%x%x%x%x%x%x%x$", prefix)
      local _, other = layout.isolation(layout.of("/var/lib/neap2", "/run/neap"))
      assert.not_equal(prefix, other)
   end)

   it("writes a configuration without CRI, and metrics only on request", function()
      local text = layout.config(places, { log = "warn" })
      assert.matches('state = "' .. places.state .. '"', text, 1, true)
      assert.matches('"io.containerd.grpc.v1.cri"', text, 1, true)
      assert.matches('level = "warn"', text, 1, true)
      assert.not_matches("[metrics]", text, 1, true)
      text = layout.config(places, { log = "info", metrics = "127.0.0.1:1338" })
      assert.matches('[metrics]\naddress = "127.0.0.1:1338"', text, 1, true)
   end)

   it("quotes what a path may contain", function()
      local text = layout.config(layout.of('/a"b\\c', "/run/neap"), { log = "warn" })
      assert.matches([[root = "/a\u0022b\u005cc/root"]], text, 1, true)
   end)
end)

describe("neap.engine.judge", function()
   local GIB <const> = 1 << 30

   local function facts(changes)
      local all = { type = "directory", uid = 0, mode = 0x1c0, empty = true, free = GIB }
      for name, value in pairs(changes or {}) do all[name] = value end
      return all
   end

   local spellings = {
      ["/var/lib/neap"] = false,
      ["/var/lib/a b..c"] = false,
      ["/" .. ("x"):rep(1023)] = false,
      ["neap"] = "not an absolute path",
      [""] = "not an absolute path",
      ["/a/../b"] = "contains",
      ["/a\nb"] = "control characters",
      ["/\xff"] = "not UTF-8",
      ["/" .. ("x"):rep(1024)] = "too long",
   }
   for dir, wrong in pairs(spellings) do
      it(("%s %q"):format(wrong and "refuses" or "takes", dir:sub(1, 20)), function()
         local code, message = judge.spelling(dir)
         assert.equal(wrong and "invalid_argument" or nil, code)
         if wrong then assert.matches(wrong, message, 1, true) end
      end)
   end

   local owners = {
      { "one of ours", {}, nil },
      { "one that others may read", { mode = 0x1ed }, nil },
      { "a link", { type = "link" }, "failed_precondition" },
      { "a file", { type = "file" }, "failed_precondition" },
      { "somebody's", { uid = 1000 }, "permission_denied" },
      { "one its group may write", { mode = 0x1f8 }, "failed_precondition" },
      { "one everybody may write", { mode = 0x3ff }, "failed_precondition" },
   }
   for _, case in ipairs(owners) do
      it((case[3] and "refuses " or "takes ") .. case[1], function()
         assert.equal(case[3], (judge.owner("/d", facts(case[2]), 0)))
      end)
   end

   it("trusts parents of root's, and sticky ones", function()
      assert.is_nil(judge.parent("/p", facts { mode = 0x1ed }, 0))
      assert.is_nil(judge.parent("/tmp", facts { mode = 0x3ff }, 0))
      assert.equal("failed_precondition", (judge.parent("/p", facts { mode = 0x1ff }, 0)))
      assert.equal("failed_precondition", (judge.parent("/home/a", facts { uid = 1000 }, 0)))
   end)

   it("takes an empty directory or an engine's, and no other", function()
      assert.is_nil(judge.foreign("/d", facts(), false))
      assert.is_nil(judge.foreign("/d", facts { empty = false }, true))
      assert.equal("failed_precondition", (judge.foreign("/d", facts { empty = false }, false)))
   end)

   it("needs a file system that is writable, executable and not full", function()
      assert.is_nil(judge.mount("/d", facts()))
      assert.equal("failed_precondition", (judge.mount("/d", facts { noexec = true })))
      local code, message, errno = judge.mount("/d", facts { free = 4096 })
      assert.equal("resource_exhausted", code)
      assert.equal("ENOSPC", errno)
      assert.matches("no space left", message, 1, true)
      errno = select(3, judge.mount("/d", facts { readonly = true }))
      assert.equal("EROFS", errno)
   end)
end)

describe("neap.engine.program", function()
   it("looks in PATH, then where Debian puts programs, in each place once", function()
      assert.matches("^/opt/bin:/usr/bin:/usr/local/sbin:", program.search "/opt/bin:/usr/bin")
      assert.equal(program.search(""), program.search(nil))
   end)

   it("ignores relative directories", function()
      assert.is_nil(program.find("sh", "bin:.:"))
      assert.equal("/bin/sh", program.find("sh", "bin:/bin"))
   end)

   it("passes on no secret and no session", function()
      local variables = {
         HTTPS_PROXY = "http://proxy:1", AWS_SECRET = "s", NOTIFY_SOCKET = "/n",
         LISTEN_FDS = "3", HOME = "/root",
      }
      local env = program.environment("/bin", function(name) return variables[name] end)
      assert.same({ "PATH=/bin", "HTTPS_PROXY=http://proxy:1" }, env)
   end)

   it("has systemd keep the containers when the unit stops", function()
      local places = layout.of("/var/lib/neap", "/run/neap")
      local argv = program.by_systemd(
         "/usr/bin/systemd-run", places, { "/usr/bin/containerd" }, { "PATH=/bin" }, 64
      )
      local line = table.concat(argv, " ")
      assert.matches("--property=KillMode=process", line, 1, true)
      assert.matches("--property=Delegate=yes", line, 1, true)
      assert.matches("--setenv=PATH=/bin -- /usr/bin/containerd", line, 1, true)
   end)
end)
