local json = require "neap.json"
local valid = require "neap.spec.valid"
local defects = require "support.defects"

local rlimit = defects.rlimit
local UNLIMITED <const> = json.uint "18446744073709551615"

describe("neap.spec.valid", function()
   local wrong = {
      { "process.cwd", "tmp", '"tmp" is not an absolute path' },
      { "process.cwd", "/\0", '"/\\x00" contains NUL' },
      { "process.cwd", json.null, "missing" },
      { "process.terminal", "yes", '"yes" is not true or false' },
      { "process.consoleSize", { width = 80 }, "missing", ".height" },
      { "process.consoleSize", { width = 80, height = 70000 }, "70000 is not a whole", ".height" },
      { "process.user.uid", -1, "-1 is not a whole number from 0 to 2147483647" },
      { "process.user.gid", 1 << 31, "2147483648 is not a whole number" },
      { "process.user.additionalGids", { 1, "adm" }, '"adm" is not a whole number', "[2]" },
      { "process.args", "true", '"true" is not a list' },
      { "process.args", { "a\0b" }, "contains NUL", "[1]" },
      { "process.env", { "A=1", "=1" }, '"=1" is not "NAME=value"', "[2]" },
      { "process.env", { "A" }, '"A" is not "NAME=value"', "[1]" },
      { "process.env", { "A=\0" }, "contains NUL", "[1]" },
      { "process.env", { A = "1" }, "with other keys than 1, 2, ... is not a list" },
      { "process.capabilities.bounding", { "CAP_KILL", "CAP_KIL" },
         '"CAP_KIL" is not known, did you mean "CAP_KILL"?', "[2]" },
      { "process.capabilities.ambient", { "KILL" }, '"KILL" is not known', "[1]" },
      { "process.rlimits", { rlimit("RLIMIT_FILES", 1, 1) }, '"RLIMIT_FILES" is not', "[1].type" },
      { "process.rlimits", { rlimit("RLIMIT_CPU", 2, 1) }, "2 is above the hard limit, 1",
         "[1].soft" },
      { "process.rlimits", { rlimit("RLIMIT_CPU", UNLIMITED, 1) },
         "18446744073709551615 is above the hard limit, 1", "[1].soft" },
      { "process.rlimits", { rlimit("RLIMIT_CPU", 1, 1), rlimit("RLIMIT_CPU", 2, 2) },
         '"RLIMIT_CPU" is there already, at [1]', "[2].type" },
      { "process.rlimits", { rlimit("RLIMIT_CPU", -1, 1) }, "-1 is not a whole number from 0 up",
         "[1].soft" },
      { "process.rlimits", { { type = "RLIMIT_CPU", soft = 1 } }, "missing", "[1].hard" },
      { "process.oomScoreAdj", 1001, "1001 is not a whole number from -1000 to 1000" },
      { "process.oomScoreAdj", 1.5, "1.5 is not a whole number" },
   }
   for _, defect in ipairs(wrong) do
      it(defects.name(defect), function() defects.assert_refused(defect) end)
   end

   it("checks a process alone", function()
      local process = defects.default().process
      assert.is_true(valid.process(process))
      process.env[2] = "x"
      assert.equal('spec.process.env[2]: "x" is not "NAME=value"',
         (select(2, valid.process(process))))
      process.env[2], process.args = nil, nil
      assert.matches("^args: missing", (select(2, valid.process(process))))
   end)
end)
