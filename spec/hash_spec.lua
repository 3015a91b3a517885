local hash = require "neap.hash"

describe("neap.hash", function()
   -- The published test vectors of 32-bit FNV-1a.
   local vectors = { [""] = "811c9dc5", a = "e40c292c", foobar = "bf9cf968" }

   for text, digits in pairs(vectors) do
      it(("hashes %q as FNV-1a does"):format(text), function()
         assert.equal(digits, hash.hex8(text))
      end)
   end

   it("tells two engines' addresses apart", function()
      assert.not_equal(
         hash.hex8 "/run/containerd/containerd.sock",
         hash.hex8 "/run/neap/x/containerd.sock"
      )
   end)
end)
