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

---Calls started so far: { ["Tasks/Create"] = 3, ... }. The event stream is one
---call for a client's life, and is not counted.
function metrics.read(address)
   local counts = {}
   local labels = 'grpc_method="(%w+)",grpc_service="([%w.]+)"'
   for method, service, count in
      get(address):gmatch("grpc_server_started_total{" .. labels .. "[^}]*} (%d+)")
   do
      if method ~= "Subscribe" then
         counts[service:match("%w+$") .. "/" .. method] = math.tointeger(count)
      end
   end
   return counts
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
