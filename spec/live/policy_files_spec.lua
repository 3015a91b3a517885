-- Files of /etc/neap/policy.d, in a mount namespace with an /etc of its own: nothing
-- but that directory says where they are.

local commands = require "support.commands"
local live = require "support.live"
local shell = require "support.shell"

--- Run a line of shell where /etc is empty but for policy.d; "$neap" is the program,
--- $1 the root filesystem, and `put NAME` writes a policy from its input.
local function sh(line)
   local script = [[
      set -e
      mount --make-rprivate /
      mount -t tmpfs -o mode=755 none /etc
      mkdir -p /etc/neap/policy.d
      umask 022
      put() { cat > "/etc/neap/policy.d/$1"; }
      neap=$0
   ]] .. line
   return shell.run({ "unshare", "-m", "/bin/sh", "-c", script, shell.program, live.rootfs() },
      commands.options())
end

local REFUSE <const> = [[
   put 10-roots.lua <<'END'
local neap = require "neap"
neap.policy(function(spec, options, where)
   if where.op == "create" and options.env then return nil, "no variables here" end
   spec.hostname = "named-by-policy"
end, { name = "roots" })
END
]]

describe("a file of policy.d", function()
   it("has its say in run, and sends nothing where it refuses", function()
      local result = sh(REFUSE .. [["$neap" run --rootfs "$1" hostname]])
      assert.same({ 0, "named-by-policy\n", "" }, { result.code, result.stdout, result.stderr })
      local calls, refused = live.count(sh, REFUSE .. [["$neap" run --rootfs "$1" -e A=1 hostname]])
      assert.equal(125, refused.code)
      assert.truthy(refused.stderr:find(
         "permission_denied: policy roots: no variables here", 1, true), refused.stderr)
      calls["Events/Subscribe"] = nil
      assert.same({}, calls)
   end)

   it("is loaded before scripts and code, in the order of names, and may wait", function()
      local result = sh [[
         echo 'require("neap").sleep(0); print "one"' | put 1.lua
         echo 'print "two"' | put 2.lua
         "$neap" -e 'print(...)' three
         echo 'print "script"' > /etc/script.lua
         "$neap" /etc/script.lua
      ]]
      assert.same({ 0, "one\ntwo\nthree\none\ntwo\nscript\n", "" },
         { result.code, result.stdout, result.stderr })
   end)

   it("is heard by who is not root, too", function()
      local result = sh [[
         echo 'print "heard"' | put 1.lua
         cp "$neap" /etc/neap-of-all; chmod 755 /etc/neap-of-all
         setpriv --reuid 65534 --clear-groups /etc/neap-of-all -e 'print "ran"'
      ]]
      assert.same({ 0, "heard\nran\n", "" }, { result.code, result.stdout, result.stderr })
   end)

   it("stops the program where it fails or is refused", function()
      for _, case in ipairs {
         { "echo 'error \"oops\"' | put 1.lua", "oops" },
         { "echo 'x x' | put 1.lua", "1.lua:1:" },
         { "echo 'require(\"neap\").policy(1)' | put 1.lua", "function expected" },
         { ": | put 1.lua; chmod 666 /etc/neap/policy.d/1.lua", "mode 0666" },
         { ": | put 1.lua; chown 7 /etc/neap/policy.d/1.lua", "owned by user 7" },
         { ": | put 1; ln -s 1 /etc/neap/policy.d/1.lua", "symbolic link" },
         { "mkfifo /etc/neap/policy.d/1.lua", "is a fifo" },
         { "chmod 777 /etc/neap/policy.d", "/etc/neap/policy.d can be written" },
         { "chmod 1777 /etc/neap", "/etc/neap can be written" },
         { "chown 7 /etc", "/etc is owned by user 7" },
         { "mv /etc/neap/policy.d /etc/other; ln -s ../other /etc/neap/policy.d",
            "policy.d is a symbolic link" },
      } do
         for _, try in ipairs {
            { [["$neap" -e 'print "ran"']], 1 }, { [["$neap" ps]], 1 },
            { [["$neap" run --rootfs "$1" echo ran]], 125 },
         } do
            local result = sh(case[1] .. "\n" .. try[1])
            assert.equal(try[2], result.code, case[1] .. ": " .. result.stderr)
            assert.equal("", result.stdout)
            assert.truthy(result.stderr:find("^neap: policy: /etc"), result.stderr)
            assert.truthy(result.stderr:find(case[2], 1, true), result.stderr)
         end
      end
   end)

   it("is not missed where there is none", function()
      local result = sh [[
         rmdir /etc/neap/policy.d; "$neap" -e 'print "ran"'
         rmdir /etc/neap; "$neap" -e 'print "ran"'
      ]]
      assert.same({ 0, "ran\nran\n", "" }, { result.code, result.stdout, result.stderr })
   end)
end)
