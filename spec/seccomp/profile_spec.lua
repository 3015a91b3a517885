local file = require "neap.seccomp.file"
local json = require "neap.json"
local profile = require "neap.seccomp.profile"
local resolve = require "neap.seccomp.resolve"

local function situation(fields)
   local made = { machine = "x86_64", release = "6.1.0-18-amd64", caps = {} }
   for name, value in pairs(fields or {}) do made[name] = value end
   return made
end

--- The names of the calls that a profile's rules are about, here and now.
local function names(given, now)
   local made = resolve.new(assert(profile.parse(given)), situation(now))
   local list = {}
   for _, rule in ipairs(made.syscalls) do list[#list + 1] = table.concat(rule.names, " ") end
   return table.concat(list, " ")
end

local function with(rule)
   rule.names, rule.action = rule.names or { "mkdir" }, rule.action or "SCMP_ACT_ALLOW"
   return { defaultAction = "SCMP_ACT_ERRNO", syscalls = { rule } }
end

describe("neap.seccomp.profile", function()
   it("makes of a profile what OCI has", function()
      local given = {
         defaultAction = "SCMP_ACT_ERRNO", defaultErrnoRet = 38, defaultErrno = "ENOSYS",
         architectures = { "SCMP_ARCH_X86" }, flags = { "SECCOMP_FILTER_FLAG_LOG" },
         syscalls = {
            { name = "old", names = {}, action = "SCMP_ACT_TRAP", comment = "x" },
            { names = { "a", "b" }, action = "SCMP_ACT_ERRNO", errnoRet = 1, errno = "EPERM",
               includes = {}, excludes = json.null, args = json.null },
            { names = { "c" }, action = "SCMP_ACT_ALLOW", args = {
               { index = 5, op = "SCMP_CMP_NE", value = json.uint "18446744073709551615" },
            } },
         },
      }

      assert.same({
         defaultAction = "SCMP_ACT_ERRNO", defaultErrnoRet = 38,
         architectures = { "SCMP_ARCH_X86" }, flags = { "SECCOMP_FILTER_FLAG_LOG" },
         syscalls = {
            { names = { "old" }, action = "SCMP_ACT_TRAP" },
            { names = { "a", "b" }, action = "SCMP_ACT_ERRNO", errnoRet = 1 },
            { names = { "c" }, action = "SCMP_ACT_ALLOW", args = { {
               index = 5, value = json.uint "18446744073709551615", valueTwo = 0,
               op = "SCMP_CMP_NE",
            } } },
         },
      }, resolve.new(assert(profile.parse(given)), situation()))
   end)

   it("writes no rules as a list", function()
      local parsed = assert(profile.parse { defaultAction = "SCMP_ACT_ALLOW" })
      local made = resolve.new(parsed, situation())

      assert.equal('{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}', json.encode(made))
   end)

   local wrong = {
      { 7, "7 is not a table of fields" },
      { { 1 }, "a table is not a table of fields" },
      { {}, "defaultAction: missing (an action: SCMP_ACT_ALLOW, " },
      { { defaultAction = "allow" }, 'defaultAction: "allow" is not an action (SCMP_ACT_ALLOW, ' },
      { { defaultAction = "SCMP_ACT_ALOW" }, 'did you mean "SCMP_ACT_ALLOW"?' },
      { { defaultAction = "SCMP_ACT_ALLOW", syscals = {} },
         'syscals: unknown field, did you mean "syscalls"?' },
      { { defaultAction = "SCMP_ACT_ERRNO", defaultErrnoRet = -1 },
         "defaultErrnoRet: -1 is not a whole number from 0 to 65535" },
      { { defaultAction = "SCMP_ACT_ERRNO", defaultErrno = "EPERM" },
         "defaultErrno: a name alone (defaultErrnoRet, the number, is needed)" },
      { { defaultAction = "SCMP_ACT_ALLOW", syscalls = "all" },
         'syscalls: "all" is not a list' },
      { { defaultAction = "SCMP_ACT_ALLOW", architectures = { "x86" } },
         'architectures[1]: "x86" is not an architecture' },
      { { defaultAction = "SCMP_ACT_ALLOW", architectures = { "SCMP_ARCH_X86" },
         archMap = { { architecture = "SCMP_ARCH_X86" } } },
         "architectures, archMap: both are given (one at most)" },
      { { defaultAction = "SCMP_ACT_ALLOW", archMap = { { architecture = "SCMP_ARCH_X86",
         subArchitectures = { "y" } } } },
         'archMap[1].subArchitectures[1]: "y" is not an architecture' },
      { { defaultAction = "SCMP_ACT_ALLOW", flags = { "FAST" } },
         'flags[1]: "FAST" is not a flag' },
      { { defaultAction = "SCMP_ACT_NOTIFY" }, "listenerPath: missing" },
      { with { action = "SCMP_ACT_NOTIFY" }, "listenerPath: missing" },
      { with { name = "a" }, "syscalls[1]: name, names: both are given" },
      { with { names = {} }, "syscalls[1].names: missing (the system calls)" },
      { with { names = { "a", 2 } }, "syscalls[1].names[2]: 2 is not a word" },
      { with { action = "KILL" }, 'syscalls[1].action: "KILL" is not an action' },
      { with { errnoRet = "EPERM" }, 'syscalls[1].errnoRet: "EPERM" is not a whole number' },
      { with { args = { { index = 6 } } }, "syscalls[1].args[1].index: 6 is not a whole number" },
      { with { args = { { index = 0, value = 0.5 } } }, "syscalls[1].args[1].value: not a whole" },
      { with { args = { { index = 0, op = "EQ" } } }, 'syscalls[1].args[1].op: "EQ" is not an op' },
      { with { exclude = {} }, 'syscalls[1]: exclude: unknown field, did you mean "excludes"?' },
      { with { includes = { arch = {} } }, "syscalls[1].includes: arch: unknown field" },
      { with { includes = { caps = "x" } }, 'syscalls[1].includes.caps: "x" is not a list' },
      { with { excludes = { minKernel = "new" } },
         'syscalls[1].excludes.minKernel: "new" is not a version of the kernel ("4.8")' },
   }
   for _, case in ipairs(wrong) do
      it("refuses: " .. case[2], function()
         local parsed, why = profile.parse(case[1])

         assert.is_nil(parsed)
         assert.matches(case[2], why, 1, true)
      end)
   end
end)

describe("neap.seccomp.resolve", function()
   local function conditional(includes, excludes)
      return with { includes = includes, excludes = excludes }
   end
   local both = { "CAP_A", "CAP_B" }
   local cases = {
      { "all the capabilities", conditional { caps = both }, { caps = both }, true },
      { "one capability of two", conditional { caps = both }, { caps = { "CAP_A" } }, false },
      { "an excluded capability", conditional(nil, { caps = both }),
         { caps = { "CAP_B" } }, false },
      { "no excluded capability", conditional(nil, { caps = both }), {}, true },
      { "its machine", conditional { arches = { "arm64", "amd64" } }, {}, true },
      { "another machine", conditional { arches = { "amd64" } }, { machine = "aarch64" }, false },
      { "an excluded machine", conditional(nil, { arches = { "arm64" } }),
         { machine = "aarch64" }, false },
      { "a machine nobody knows", conditional { arches = { "vax" } }, { machine = "vax" }, true },
      { "the same kernel", conditional { minKernel = "6.1" }, {}, true },
      { "a later kernel", conditional { minKernel = "4.8" }, {}, true },
      { "an earlier kernel", conditional { minKernel = "6.2" }, {}, false },
      { "a much earlier kernel", conditional { minKernel = "6.0" }, { release = "5.10" }, false },
      { "a kernel that is late enough to be excluded", conditional(nil, { minKernel = "6.1" }),
         {}, false },
      { "a kernel that is too early to be excluded", conditional(nil, { minKernel = "6.2" }),
         {}, true },
   }
   for _, case in ipairs(cases) do
      it("decides by " .. case[1], function()
         assert.equal(case[4] and "mkdir" or "", names(case[2], case[3]))
      end)
   end

   it("names the machine's architectures", function()
      local given = { defaultAction = "SCMP_ACT_ALLOW", archMap = {
         { architecture = "SCMP_ARCH_X86_64", subArchitectures = { "SCMP_ARCH_X86" } },
         { architecture = "SCMP_ARCH_S390X" },
      } }
      local function architectures(machine)
         local parsed = assert(profile.parse(given))
         return resolve.new(parsed, situation { machine = machine }).architectures
      end

      assert.same({ "SCMP_ARCH_X86_64", "SCMP_ARCH_X86" }, architectures "x86_64")
      assert.same({ "SCMP_ARCH_S390X" }, architectures "s390x")
      assert.is_nil(architectures "ppc64le")
   end)

   it("resolves once for the same capabilities, and forgets in time", function()
      local parsed = assert(profile.parse { defaultAction = "SCMP_ACT_ALLOW" })
      local first = resolve.new(parsed, situation())

      assert.equal(first, resolve.new(parsed, situation()))
      for i = 1, 100 do resolve.new(parsed, situation { caps = { "CAP_" .. i } }) end
      assert.is_true(parsed.resolved.count <= 32)
   end)
end)

describe("the distribution's profile", function()
   local parsed = assert(file.read "/usr/share/containers/seccomp.json")
   local function allowed(caps)
      local names_of = {}
      for _, rule in ipairs(resolve.new(parsed, situation { caps = caps }).syscalls) do
         for _, name in ipairs(rule.names) do
            if rule.action == "SCMP_ACT_ALLOW" then names_of[name] = true end
         end
      end
      return names_of
   end

   it("is understood, and depends on the capabilities", function()
      assert.is_true(allowed({}).read)
      assert.is_nil(allowed({}).bpf)
      assert.is_true(allowed({ "CAP_SYS_ADMIN" }).bpf)
   end)
end)
