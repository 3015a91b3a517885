-- How many RPCs a containerd has been sent, by its own count.

local shell = require "support.shell"

local metrics = {}

local function get(address)
   local fetch = 'exec 3<>"$1" && printf "GET /v1/metrics HTTP/1.0\\r\\n\\r\\n" >&3 && cat <&3'
   local result = shell.run({ "bash", "-c", fetch, "bash", "/dev/tcp/" .. address:gsub(":", "/") })
   if not result.stdout:find("^HTTP/1.%d 200") then
      error(("no metrics at %s: %s%s"):format(address, result.stderr, result.stdout:sub(1, 200)))
   end
   return result.stdout
end

--- The sums of a counter by method. The event stream is one call for a client's
--- life, and is not counted.
local function sums(text, counter)
   local counts = {}
   local labels = '[^}]*grpc_method="(%w+)",grpc_service="([%w.]+)"'
   for method, service, count in text:gmatch(counter .. "{" .. labels .. "[^}]*} (%d+)") do
      local name = service:match("%w+$") .. "/" .. method
      if method ~= "Subscribe" then
         counts[name] = (counts[name] or 0) + math.tointeger(count)
      end
   end
   return counts
end

---Calls started so far: { ["Tasks/Create"] = 3, ... }.
function metrics.read(address)
   return sums(get(address), "grpc_server_started_total")
end

---Calls that containerd is at: { ["Tasks/Create"] = 1 }.
function metrics.open(address)
   local text = get(address)
   return metrics.difference(
      sums(text, "grpc_server_handled_total"), sums(text, "grpc_server_started_total")
   )
end

---What was called between two readings, and how often; nothing else is in it.
function metrics.difference(before, after)
   local calls = {}
   for method, count in pairs(after) do
      local more = count - (before[method] or 0)
      if more ~= 0 then calls[method] = more end
   end
   return calls
end

return metrics
