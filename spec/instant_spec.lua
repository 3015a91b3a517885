local instant = require "neap.instant"

local NOW <const> = 1000000

describe("neap.instant.parse", function()
   for given, seconds in pairs {
      [0] = "0", [12] = "12", [1.5] = "1.5", [-3] = "-3", ["1700000000"] = "1700000000",
      ["1700000000.25"] = "1700000000.25", ["-1.5"] = "-1.5",
      ["1970-01-01T00:00:00Z"] = "0", ["1970-01-02T00:00:01.5Z"] = "86401.5",
      ["2000-02-29T12:00:00+02:00"] = "951818400", ["2026-11-25T04:03:51-00:30"] = "1795581231",
      ["1969-12-31T23:59:59Z"] = "-1", ["2100-03-01T00:00Z"] = "4107542400",
      ["10m"] = "999400", ["1h30m"] = "994600", ["1.5s"] = "999998.5", ["2d"] = "827200",
   } do
      it("reads " .. tostring(given), function()
         local whole, part = seconds:match "^(%-?%d+)(.*)$"
         local sign = whole:sub(1, 1) == "-" and -1 or 1
         local expected = tonumber(whole) * 1000000000
            + sign * math.tointeger(tonumber(part ~= "" and part or "0") * 1e9)

         assert.equal(expected, instant.parse(given, NOW))
      end)
   end

   it("knows the last day of each month", function()
      for year, lengths in pairs {
         [2023] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 },
         [2024] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 },
      } do
         for month, last in ipairs(lengths) do
            local date = ("%d-%02d-%%dT00:00:00Z"):format(year, month)

            assert.is_not_nil(instant.stamp(date:format(last)))
            assert.is_nil(instant.stamp(date:format(last + 1)))
         end
      end
   end)

   it("keeps every nanosecond", function()
      assert.equal(1795581231123456789, instant.parse("2026-11-25T04:33:51.123456789Z", NOW))
      assert.equal(1795581231123456789, instant.parse("1795581231.123456789", NOW))
   end)

   it("takes what has no zone for local time", function()
      local local_noon = os.time { year = 2026, month = 11, day = 25, hour = 12 }

      assert.equal(local_noon * 1000000000, instant.parse("2026-11-25T12:00:00", NOW))
      assert.equal((local_noon - 43200) * 1000000000, instant.parse("2026-11-25", NOW))
   end)

   for _, rubbish in ipairs {
      "", " ", "yesterday", "m", "10x", "10m ", "1e9", "0x10", "2026-13-01",
      "2023-02-29", "1900-02-29", "2026-04-31", "2026-01-00",
      "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00+25:00",
      "2026-01-01T00:00:00Zx", "--1", "nan", "12345678901", true, {}, 0 / 0, math.huge,
   } do
      it("refuses " .. tostring(rubbish), function()
         local ns, why = instant.parse(rubbish, NOW)

         assert.is_nil(ns)
         assert.matches("is not an instant", why, 1, true)
      end)
   end
end)
