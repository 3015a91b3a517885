local signal = require "neap.signal"

describe("neap.signal", function()
   local good = {
      { 9, 9 }, { 9.0, 9 }, { "9", 9 }, { "KILL", 9 }, { "SIGKILL", 9 }, { "term", 15 },
      { "sigterm", 15 }, { "USR1", 10 }, { "CHLD", 17 }, { "SYS", 31 }, { "WINCH", 28 },
      { "IOT", 6 }, { "POLL", 29 }, { "RTMIN", 34 }, { "SIGRTMIN+3", 37 }, { "RTMAX", 64 },
      { "RTMAX-1", 63 }, { 64, 64 },
   }
   for _, case in ipairs(good) do
      it(("reads %s"):format(case[1]), function()
         assert.equal(case[2], signal.parse(case[1]))
      end)
   end

   local bad = {
      0, "0", -1, 65, "65", 1.5, "", "NONE", "SIG", "RTMIN+31", "RTMAX+1", "RTMAX-31", {}, true,
   }
   for _, value in ipairs(bad) do
      it(("refuses %s"):format(tostring(value)), function()
         local number, why = signal.parse(value)

         assert.is_nil(number)
         assert.matches("is no signal (1 to 64", why, 1, true)
      end)
   end

   it("suggests the signal that was meant", function()
      local _, why = signal.parse "SIGTREM"

      assert.matches('did you mean "TERM"?', why, 1, true)
   end)

   it("names each signal so that it can be read again", function()
      for number = 1, 64 do
         local name = signal.name(number)
         if number == 32 or number == 33 then
            assert.is_nil(name) -- glibc's own
         else
            assert.equal(number, signal.parse(name))
         end
      end
   end)
end)
