--- neap version: Neap's own, and containerd's.

local json = require "neap.json"
local neap = require "neap"
local output = require "neap.program.output"
local settings = require "neap.settings"
local version = require "neap.version"

---@type neap.program.Command
return {
   summary = "Show the versions of Neap and of the containerd it speaks to.",
   options = { { "--json", help = "One JSON object." } },
   operands = {},
   run = function(parsed)
      local is_json = parsed.json or settings.json
      if not is_json then output.write("neap        ", version, "\n") end

      local client <close>, away = neap.connect {}
      if not client then return nil, away end
      local answer, err = client:call("containerd.services.version.v1.Version/Version", {})
      if not answer then return nil, err end

      if is_json then
         output.write(json.encode {
            neap = version,
            containerd = { version = answer.version, revision = answer.revision },
         }, "\n")
      else
         output.write("containerd  ", answer.version, " (", answer.revision, ")\n")
      end
      return 0
   end,
}
