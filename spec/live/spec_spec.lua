-- The default spec has the effect of containerd's own, but for what the page about
-- defaults lists (lua/neap/spec/README.md): two containers, one made by Neap and one
-- by ctr, look around, and see the same.

local live = require "support.live"

-- Numbers that differ from mount to mount are left out of mountinfo.
local LOOK <const> = [[
id
grep -E '^(Cap|NoNewPrivs|Seccomp:|Uid|Gid|Groups)' /proc/self/status
grep -v 'open files' /proc/self/limits
sed -E 's/^[0-9]+ [0-9]+ [0-9]+:[0-9]+ //; s/(master|shared):[0-9]+ //' /proc/self/mountinfo
ls -l /dev /dev/pts | sed -E 's/ [A-Z][a-z]{2} +[0-9]+ .* / /'
ls /sys/class/net
cat /proc/self/oom_score_adj
umask; pwd
for path in /proc/kcore /proc/keys /proc/timer_list /sys/firmware /proc/acpi; do
   [ -e $path ] && echo $path $(ls -A $path | wc -l) $(head -c 1 $path 2>/dev/null | wc -c)
done
for path in /proc/sys/kernel/domainname /proc/sysrq-trigger /proc/irq/x; do
   (echo x >$path) 2>&1
done
for name in pid ipc uts mnt net user cgroup; do
   [ $(readlink /proc/self/ns/$name) = $(eval echo \$OUR_$name) ] && echo $name is the host\'s
done
(mknod /tmp/disk b 8 0 && head -c 1 /tmp/disk) 2>&1
rm -f /tmp/disk
awk -F: '$2 ~ /devices/ {print $3}' /proc/self/cgroup | sed 's,/[^/]*$,,'
]]

local function our_namespaces()
   local env = {}
   for _, name in ipairs { "pid", "ipc", "uts", "mnt", "net", "user", "cgroup" } do
      local link = io.popen("readlink /proc/self/ns/" .. name):read "l"
      env[#env + 1] = ("OUR_%s=%s"):format(name, link)
   end
   env[#env + 1] = "PATH=/bin"
   return env
end

--- What is meant to differ, from the table that people read: what ctr's container
--- sees, and ours, as "Name: value" in /proc/self/status.
local function differences()
   local file <close> = assert(io.open "lua/neap/spec/README.md")
   local section = file:read("a"):match "## What differs from `ctr run.-\n(.-)\n## "
   local list = {}
   for theirs, ours in section:gmatch "| `(%u%w+: %d+)` | `(%u%w+: %d+)` |" do
      list[#list + 1] = { theirs:gsub(": ", ":\t") .. "\n", ours:gsub(": ", ":\t") .. "\n" }
   end
   return list
end

--- The one word of a text that differs, as it should be in the other.
local function with_difference(text, theirs, ours)
   local from, to = text:find(theirs, 1, true)
   assert.is_number(from, theirs)
   return text:sub(1, from - 1) .. ours .. text:sub(to + 1)
end

describe("the default spec", function()
   it("has the effect of containerd's own, but for what is meant to differ", function()
      local client <close> = live.client()
      local env = our_namespaces()
      local ours, err = client:run {
         id = "ours", rootfs = live.rootfs(), args = { "/bin/sh", "-c", LOOK }, env = env,
      }
      if not ours then error(err) end

      local words = { "run", "--rm", "--rootfs" }
      for _, pair in ipairs(env) do
         words[#words + 1] = "--env"
         words[#words + 1] = pair
      end
      for _, word in ipairs { live.rootfs(), "theirs", "/bin/sh", "-c", LOOK } do
         words[#words + 1] = word
      end
      local theirs, complaint = live.ctr(table.unpack(words))
      if not theirs then error(complaint) end
      assert.matches("CapEff:", theirs)
      local list = differences()
      assert.equal(2, #list)
      for _, difference in ipairs(list) do
         theirs = with_difference(theirs, table.unpack(difference))
      end
      assert.equal(theirs, ours.stdout)
   end)
end)
