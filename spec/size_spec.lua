local size = require "neap.size"

describe("neap.size", function()
   local good = {
      { 0, 0 }, { 4096, 4096 }, { 4096.0, 4096 }, { "512", 512 }, { "64m", 64 << 20 },
      { "64M", 64 << 20 }, { "64MiB", 64 << 20 }, { "64mb", 64 << 20 }, { "1g", 1 << 30 },
      { "1.5g", 3 << 29 }, { "2 k", 2048 }, { "10b", 10 }, { "1t", 1 << 40 },
      { "7p", 7 << 50 }, { 2 ^ 53, 2 ^ 53 | 0 }, { "9223372036854775807", math.maxinteger },
   }
   for _, case in ipairs(good) do
      it(("reads %s"):format(case[1]), function()
         local bytes = assert(size.parse(case[1]))

         assert.equal(case[2], bytes)
         assert.equal("integer", math.type(bytes))
      end)
   end

   local bad = {
      { "64q", "not a size" }, { "", "not a size" }, { "m", "not a size" }, { {}, "not a size" },
      { true, "not a size" }, { 0 / 0, "not a size" }, { -1, "negative" }, { "-1m", "negative" },
      { 1.5, "not a whole number" }, { "9000p", "too large" }, { math.huge, "too large" },
      { "0x10", "not a size" }, { "1e3", "not a size" },
   }
   for _, case in ipairs(bad) do
      it(("refuses %s"):format(tostring(case[1])), function()
         local bytes, why = size.parse(case[1])

         assert.is_nil(bytes)
         assert.matches(case[2], why, 1, true)
         assert.matches('"64m"', why, 1, true)
      end)
   end
end)
