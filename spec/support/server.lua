-- A containerd that does as it is told (core/test/scripted-server.c), for what
-- the real one cannot be made to do on time, or is of another platform.
--
--    local server <close> = require "support.server".start()
--    server:answer("containerd.services.version.v1.Version/Version", { version = "9" })
--    local client <close> = neap.connect { address = server.address }
--    ...
--    assert.equal(1, server:calls("containerd.services.version.v1.Version/Version"))
--
-- Methods are named as in client:call, messages are tables as there. Where
-- nothing was scripted the answer is `unimplemented`.

local core = require "neap.core"
local shell = require "support.shell"

local server = {}

local Server = {}
Server.__index = Server

---Start one on a socket of its own.
function server.start()
   local address = os.tmpname() .. ".sock"
   local process = shell.start({ shell.build .. "/core/test/scripted-server", address },
      { stdin = "open" })
   process:line()
   return setmetatable({ address = address, process = process }, Server)
end

local function ask(self, ...)
   self.process:write(table.concat({ ... }, " ") .. "\n")
   local kind, result = self.process:line():match("^(%w+) ?(.*)$")
   if kind ~= "ok" then error("scripted server: " .. result, 3) end
   return result
end

---Answer with one message; `append` adds another, of a stream that ends by itself.
function Server:answer(method, message)
   ask(self, "answer", method, core.json.encode(message or {}))
end

function Server:append(method, message)
   ask(self, "append", method, core.json.encode(message or {}))
end

---Answer with a status, by gRPC's number, instead.
function Server:fail(method, status, text) ask(self, "fail", method, status, text or "") end

---Leave calls open: `send` and `finish` are for those that are open then.
function Server:stream(method) ask(self, "stream", method) end

function Server:send(method, message)
   ask(self, "send", method, core.json.encode(message or {}))
end

function Server:finish(method, status, text) ask(self, "end", method, status, text or "") end

---Let calls wait before they are answered, until released.
function Server:hold(method) ask(self, "hold", method) end
function Server:release(method) ask(self, "release", method) end

---Cut every connection; refuse new ones; take them again.
function Server:drop() ask(self, "drop") end
function Server:refuse() ask(self, "refuse") end
function Server:listen() ask(self, "listen") end

---Calls that have arrived; that are open; that were cancelled or broke.
function Server:calls(method) return tonumber(ask(self, "calls", method)) end
function Server:open(method) return tonumber(ask(self, "open", method)) end
function Server:cancelled(method) return tonumber(ask(self, "cancelled", method)) end

---Message `index` (from 1) that arrived for `method`, over all its calls.
function Server:message(method, index)
   return core.json.decode(ask(self, "message", method, index - 1))
end

function Server:messages(method) return tonumber(ask(self, "messages", method)) end

---Metadata of call `index` (from 1).
function Server:header(method, index, key) return ask(self, "header", method, index - 1, key) end

function Server:__close()
   self.process:close_stdin()
   self.process:wait()
   os.remove((self.address:gsub("%.sock$", "")))
end

return server
