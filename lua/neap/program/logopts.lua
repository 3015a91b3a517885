--- docker's options of a log, and the config they mean.

local nearest = require "neap.nearest"

local logopts = {}

---@type neap.program.Option[]
logopts.options = {
   { "--log-driver", value = "NAME", help = "json-file (with -d), raw or none." },
   { "--log-opt", value = "NAME=VALUE", many = true,
      help = "max-size, max-file, compress, mode, path, fsync, backlog." },
}

local function text(value) return value end

local function whole(value)
   return value:find "^%d+$" and math.tointeger(tonumber(value)) or value
end

local function flag(value)
   return ({ ["true"] = true, ["false"] = false })[value]
end

--- What a value becomes; nil: it is none.
local OPTIONS <const> = {
   ["max-size"] = { "max_size", text },
   ["max-file"] = { "max_file", whole },
   ["compress"] = { "compress", flag },
   ["mode"] = { "on_error", function(value)
      return ({ blocking = "block", ["non-blocking"] = "drop" })[value]
   end },
   ["path"] = { "path", text },
   ["fsync"] = { "fsync", whole },
   ["backlog"] = { "backlog", text },
}

local function names()
   local list = {}
   for name in pairs(OPTIONS) do list[#list + 1] = name end
   table.sort(list)
   return list
end

--- Read them.
---@param driver? string
---@param given? string[]  "NAME=VALUE"
---@return table? log  nil: nothing was said
---@return string? why
function logopts.config(driver, given)
   if not driver and #(given or {}) == 0 then return nil end
   local log = { driver = driver }
   for _, entry in ipairs(given or {}) do
      local name, value = entry:match "^([^=]+)=(.*)$"
      if not name then return nil, ("--log-opt: %s: needs NAME=VALUE"):format(entry) end
      local option = OPTIONS[name]
      if not option then
         return nil, ("--log-opt: %s is not known%s"):format(
            entry, nearest.hint(name, names())
         )
      end
      log[option[1]] = option[2](value)
      if log[option[1]] == nil then
         return nil, ("--log-opt: %s: what is %s?"):format(name, value)
      end
   end
   return log
end

return logopts
