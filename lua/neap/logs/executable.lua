--- Where neap-log is: beside the program, or beside the module's C part, built or
--- installed.

local fs = require "neap.core".fs

local function candidates()
   local list = {}
   local function add(directory, ...)
      for _, name in ipairs { ... } do list[#list + 1] = directory .. "/" .. name end
   end
   local told = os.getenv "NEAP_LIBEXEC"
   if told and told ~= "" then add(told, "neap-log") end
   local module = package.searchpath("neap.core", package.cpath)
   local ours = fs.realpath "/proc/self/exe"
   if ours then add(ours:match "^(.*)/", "neap-log", "../libexec/neap/neap-log") end
   local real = module and fs.realpath(module)
   if real then
      add(real:match "^(.*)/", "../../neap-log", "../../../../libexec/neap/neap-log")
   end
   return list
end

---@return string? path
---@return string? why
return function()
   for _, candidate in ipairs(candidates()) do
      local real = fs.realpath(candidate)
      local found = real and fs.stat(real)
      if found and found.type == "file" and found.mode & 73 ~= 0 then return real end
   end
   return nil, "neap-log is not installed beside neap (NEAP_LIBEXEC can name its directory)"
end
