local csv = require "neap.program.csv"
local mount = require "neap.program.docker.mount"

describe("a line of comma-separated values", function()
   local good = {
      { "a,b", { "a", "b" } },
      { "", { "" } },
      { "a,,b,", { "a", "", "b", "" } },
      { '"a,b",c', { "a,b", "c" } },
      { '"source=/a ""b""",x', { 'source=/a "b"', "x" } },
      { '""', { "" } },
      { '"",', { "", "" } },
   }
   for _, case in ipairs(good) do
      it("is split: " .. case[1], function() assert.same(case[2], csv.split(case[1])) end)
   end

   local bad = { '"a', 'a"b', '"a"b', 'x,"', "a\nb" }
   for _, line in ipairs(bad) do
      it("is refused: " .. line:gsub("\n", "\\n"), function()
         local fields, why = csv.split(line)
         assert.is_nil(fields)
         assert.is_string(why)
      end)
   end
end)

describe("--mount", function()
   local good = {
      { "type=bind,source=/a,target=/b", { type = "bind", source = "/a", target = "/b" } },
      { "TYPE=Bind,src=/a,dst=/b,ro", { type = "bind", source = "/a", target = "/b",
         readonly = true } },
      { "type=bind,src=/a,destination=/b,readonly=0,bind-propagation=rslave",
         { type = "bind", source = "/a", target = "/b", readonly = false,
            propagation = "rslave" } },
      { "type=bind,src=/a,target=/b,bind-nonrecursive=true",
         { type = "bind", source = "/a", target = "/b", recursive = false } },
      { "type=tmpfs,target=/t,tmpfs-size=64m,tmpfs-mode=1770",
         { type = "tmpfs", target = "/t", size = "64m", mode = "1770" } },
      { "source=v,target=/t,volume-nocopy", { source = "v", target = "/t", nocopy = true } },
      { "src=v,dst=/t,volume-label=a=b=c,volume-label=d",
         { source = "v", target = "/t", labels = { a = "b=c", d = "" } } },
      { "target=/t", { type = "volume", target = "/t" } },
      { 'type=bind,"source=/a,b",target=/b', { type = "bind", source = "/a,b", target = "/b" } },
   }
   for _, case in ipairs(good) do
      it("is read: " .. case[1], function() assert.same(case[2], mount.parse(case[1])) end)
   end

   local bad = {
      { "type=bind,source=/a", "target: missing" },
      { "", '"" is not a word of a mount' },
      { "type=bind,sorce=/a,target=/b", '"sorce" is not a word of a mount, did you mean "source"' },
      { "type=bind,source,target=/b", "source: no value (source=...)" },
      { "type=bind,src=/a,source=/c,target=/b", "given twice" },
      { "target=/b,ro=maybe", 'ro: "maybe" is not true or false' },
      { "target=/b,volume-label==x", "volume-label: a label has a name" },
      { "target=/b,volume-label", "volume-label: no value" },
      { 'target=/b,"', 'a " is not closed' },
   }
   for _, case in ipairs(bad) do
      it("is refused: " .. case[1], function()
         local made, why = mount.parse(case[1])
         assert.is_nil(made)
         assert.truthy(why:find(case[2], 1, true), why)
      end)
   end
end)
