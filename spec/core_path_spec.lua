local core = require "neap.core"

local OWN <const>, OPEN <const>, FILE <const> = 0x1c0, 0x1ed, 0x180 -- 0700, 0755, 0600

describe("neap.core.path", function()
   local base

   local function at(name) return base .. "/" .. name end

   before_each(function()
      base = os.tmpname()
      os.remove(base)
      core.path.make(base, OWN)
   end)

   after_each(function()
      for _, name in ipairs { "file", "made", "" } do os.remove(at(name)) end
   end)

   it("inspects what is there", function()
      local facts = core.path.inspect(base)
      assert.equal("directory", facts.type)
      assert.equal(OWN, facts.mode)
      assert.equal(core.engine.user(), facts.uid)
      assert.is_true(facts.empty)
      assert.is_boolean(facts.noexec)
      assert.is_false(facts.readonly)
      assert.is_true(facts.free > 0)
   end)

   it("says nothing but nil where nothing is", function()
      assert.same({ n = 1 }, table.pack(core.path.inspect(at "nothing")))
   end)

   it("says why it cannot look", function()
      local facts, err = core.path.inspect(at(("x"):rep(300)))
      assert.is_nil(facts)
      assert.equal("ENAMETOOLONG", err.errno)
   end)

   it("resolves links", function()
      assert.equal(base, core.path.resolve(base .. "/./"))
      assert.equal("not_found", select(2, core.path.resolve(at "nothing")).code)
   end)

   it("makes directories with exactly the mode that was asked for", function()
      assert.is_true(core.path.make(at "made", OPEN))
      assert.equal(OPEN, core.path.inspect(at "made").mode)
      assert.is_true(core.path.make(at "made", OWN))
      assert.equal(OWN, core.path.inspect(at "made").mode)
      assert.equal("not_found", select(2, core.path.make(at "no/where", OWN)).code)
   end)

   it("writes, touches and trims files", function()
      assert.is_true(core.path.touch(at "file", FILE))
      assert.is_true(core.path.write(at "file", "zero\0 and more", FILE))
      assert.is_true(core.path.touch(at "file", FILE))
      assert.is_true(core.path.trim(at "file", 4, 4))
      local file = io.open(at "file")
      assert.equal("more", file:read "a")
      file:close()
      assert.equal(FILE, core.path.inspect(at "file").mode)
      assert.equal("not_found", select(2, core.path.write(at "no/where", "x", FILE)).code)
   end)
end)

describe("neap.core.engine", function()
   it("identifies nobody where nobody listens", function()
      local peer, err = core.engine.identify("/nonexistent/socket", "containerd")
      assert.is_nil(peer)
      assert.equal("not_found", err.code)
   end)

   it("raises on a configuration of the wrong shape", function()
      assert.has_error(function() core.engine.start {} end)
      assert.has_error(function() core.engine.stop { lock = 1 } end)
   end)
end)
