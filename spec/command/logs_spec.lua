local logs = require "neap.command.logs"

describe("neap.command.logs", function()
   local entries = {
      { log = "one\n", stream = "stdout", stamp = "T1", text = "{1}" },
      { log = "begun ", stream = "stderr", stamp = "T2", text = "{2}" },
      { log = "two\n", stream = "stdout", stamp = "T3", text = "{3}" },
      { log = "ended\n", stream = "stderr", stamp = "T2", text = "{4}" },
   }

   local function print_all(parsed)
      local shown = { stdout = "", stderr = "" }
      local print_entry = logs.printer(parsed, function(text, stream)
         shown[stream] = shown[stream] .. text
         return true
      end)
      for _, entry in ipairs(entries) do print_entry(entry) end
      return shown
   end

   it("gives each stream its own", function()
      assert.same({ stdout = "one\ntwo\n", stderr = "begun ended\n" }, print_all {})
   end)

   it("puts a time before each line, once where it comes in pieces", function()
      assert.same({ stdout = "T1 one\nT3 two\n", stderr = "T2 begun ended\n" },
         print_all { timestamps = true })
   end)

   it("gives the log's own lines", function()
      assert.same({ stdout = "{1}\n{2}\n{3}\n{4}\n", stderr = "" }, print_all { raw = true })
   end)

   it("tells what could not be written", function()
      for _, parsed in ipairs { {}, { raw = true }, { timestamps = true } } do
         for _, is_good in ipairs { true, false } do
            local print_entry = logs.printer(parsed, function() return is_good end)

            assert.equal(is_good, print_entry(entries[1]))
         end
      end
   end)

   it("reads a number of lines", function()
      assert.equal(7, logs.asked({ tail = "7" }).tail)
      assert.equal(0, logs.asked({ tail = "0" }).tail)
      assert.is_nil(logs.asked({ tail = "all" }).tail)
      assert.is_nil(logs.asked({}).tail)
      for _, rubbish in ipairs { "x", "-1", "1.5", "", "1e3" } do
         local asked, err = logs.asked { tail = rubbish }

         assert.is_nil(asked)
         assert.equal("invalid_argument", err.code)
      end
   end)
end)
