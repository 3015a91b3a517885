-- Connecting: to what is there, and to what is not.

local live = require "support.live"
local neap = require "neap"
local shell = require "support.shell"

-- Root without what makes root more than others.
local PLAIN <const> = { "setpriv", "--bounding-set", "-all", "--inh-caps", "-all" }

describe("connecting", function()
   it("takes a path, or unix:// and a path", function()
      for _, address in ipairs { live.address, "unix://" .. live.address } do
         local client <close> = live.client { address = address }
         assert.same({}, client:containers())
         assert.matches("^1%.%d", client.version:version().version)
      end
   end)

   it("says what is wrong with an address or a namespace", function()
      local file = live.path "file"
      io.open(file, "w"):close()
      for _, case in ipairs {
         { { address = live.path "missing" }, "not_found", "missing" },
         { { address = file }, "unavailable", file },
         { { address = live.dir }, "unavailable", live.dir },
         { { address = "relative.sock" }, "invalid_argument", "relative.sock" },
         { { address = "" }, "invalid_argument", "address" },
         { { address = "tcp://127.0.0.1:1" }, "invalid_argument", "tcp" },
         { { address = "/" .. ("long/"):rep(40) }, "invalid_argument", "long" },
         { { address = live.address, engine = "/x" }, "invalid_argument", "engine" },
         { { address = live.address, namespace = "a/b" }, "invalid_argument", "a/b" },
         { { address = live.address, namespace = "" }, "invalid_argument", "namespace" },
         { { address = live.address, namespace = ("n"):rep(77) }, "invalid_argument", "76" },
         { { address = live.address, timeout = -1 }, "invalid_argument", "timeout" },
         { { address = live.address, adress = "" }, "invalid_argument", "address" },
      } do
         local before = live.leftovers().descriptors
         local client, err = neap.connect(case[1])
         assert.same({ nil, case[2], "connect" }, { client, err.code, err.op }, err.message)
         assert.matches(case[3], err.message, 1, true)
         assert.same(before, live.leftovers().descriptors)
      end
   end)

   it("is undone by closing, once and for all", function()
      local client = live.client()
      assert.same({ true, true }, { client:close(), client:close() })
      assert.equal("neap.client (closed)", tostring(client))
      assert.has_error(function() client:load "x" end)
      -- Its memory is used again: no handle may be found in its place.
      for _, known in pairs(debug.getregistry()) do
         local metatable = type(known) == "table" and getmetatable(known)
         if type(metatable) == "table" and metatable.__mode == "v" then
            for _, handle in pairs(known) do assert.is_false(rawequal(handle, client)) end
         end
      end
   end)

   it("gives every RPC: services, and streams that raise in a loop", function()
      local client <close> = live.client()
      assert.equal("lease", client.leases:create({ id = "lease" }).lease.id)
      assert.same({}, client.leases:delete { id = "lease" })
      local gone, err = client.leases:delete { id = "lease" }
      assert.same({ nil, "not_found" }, { gone, err.code })
      assert.is_nil(client.leasses)
      local answer, wrong = client.version:version({}, { timout = 5 })
      assert.same({ nil, "invalid_argument" }, { answer, wrong.code })
      assert.matches("timout", wrong.message)

      local missing = "sha256:" .. ("0"):rep(64)
      local ok, raised = pcall(function()
         for _ in client.content:read { digest = missing } do error "something came" end
      end)
      assert.same({ false, "not_found" }, { ok, raised.code })
      local stream = client.content:read { digest = missing }
      local message, failed = stream:read { timout = 5 }
      assert.same({ nil, "invalid_argument" }, { message, failed.code })
      message, failed = stream:read()
      assert.same({ nil, "not_found" }, { message, failed.code })
      assert.same({ true, true }, { stream:close(), stream:close() })
      assert.has_error(function() stream:read() end)
   end)

   describe("to what a crash left", function()
      local daemon

      setup(function()
         daemon = live.daemon()
         daemon:kill()
      end)

      it("says that nobody listens", function()
         local client, err = neap.connect { address = daemon.address }
         assert.same({ nil, "unavailable" }, { client, err.code })
         assert.matches(daemon.address, err.message, 1, true)
      end)

      it("says that it is not for us", function()
         assert(os.execute("chown 65534:65534 " .. daemon.address))
         local words = table.move(PLAIN, 1, #PLAIN, 1, {})
         for _, word in ipairs { live.program, "--address", daemon.address, "-e", [[
            local client, err = require("neap").connect {}
            print(client, err.code, err.message)
         ]] } do
            words[#words + 1] = word
         end
         local result = shell.run(words)
         assert.matches("^nil\tpermission_denied\t", result.stdout)
         assert.matches(daemon.address, result.stdout, 1, true)
      end)
   end)
end)
