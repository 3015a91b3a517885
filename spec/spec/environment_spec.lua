local spec = require "neap.spec"
local oci = require "support.oci"

local config, new = oci.config, oci.new

describe("neap.spec", function()
   it("sets a terminal's TERM unless it is given", function()
      local env = new({ terminal = true }).process.env
      assert.equal("TERM=xterm", env[#env])
      assert.is_true(new({ terminal = true }).process.terminal)

      env = new({ terminal = true, env = { "TERM=vt100" } }).process.env
      assert.equal("TERM=vt100", env[#env])
   end)

   it("sets variables from files, which env goes before", function()
      local files = { ["/a"] = "A=file\nB=file\nHERE\nGONE\n", ["/b"] = "B=last" }
      local origin = {}
      local made = new({ env_file = { "/a", "/b" }, env = { "A=env" } }, {
         origin = origin, image = { Env = { "A=image", "C=image" } },
         machine = {
            read = function(path) return files[path] end,
            getenv = function(name) return name == "HERE" and "1" or nil end,
         },
      })
      assert.same({ "A=env", "C=image", "B=last", "HERE=1" }, made.process.env)
      assert.equal("env", origin["process.env[A]"])
      assert.equal("env_file", origin["process.env[B]"])
      assert.equal("image", origin["process.env[C]"])
   end)

   it("says which file of variables is none", function()
      local function why(text)
         local _, err = spec.new(config { env_file = { "/a" } }, { namespace = "default",
            machine = { read = function() return text, "it is gone" end, getenv = os.getenv } })
         return err.message
      end
      assert.equal('env_file: "/a": it is gone', why(nil))
      assert.equal('env_file: "/a": line 2: "=x" names no variable', why "A=1\n=x")
      assert.matches("args and env have 7", why(("A%d=" .. ("x"):rep(100000) .. "\n"):rep(70)
         :gsub("%%d", (function()
            local n = 0
            return function()
               n = n + 1
               return n
            end
         end)())))
   end)
end)
