--- Paths as text. Nothing here looks at the disk.

local path = {}

--- The names between the slashes; "" and "." say nothing and are left out.
---@param text string
---@return string[]
function path.components(text)
   local names = {}
   for name in text:gmatch("[^/]+") do
      if name ~= "." then names[#names + 1] = name end
   end
   return names
end

--- Make a path absolute and plain. ".." stays: behind a symbolic link it is not
--- what the text says.
---@param text string
---@param cwd? string  what a relative path starts from
---@return string
function path.absolute(text, cwd)
   local whole = text:sub(1, 1) == "/" and text or (cwd or "") .. "/" .. text
   return "/" .. table.concat(path.components(whole), "/")
end

--- Make an absolute path plain by its text alone: ".." takes away the name before
--- it, as docker reads destinations.
---@param text string
---@return string
function path.clean(text)
   local kept = {}
   for _, name in ipairs(path.components(text)) do
      if name == ".." then kept[#kept] = nil else kept[#kept + 1] = name end
   end
   return "/" .. table.concat(kept, "/")
end

--- Is it absolute, and spelt in the one plain way: no "..", ".", "//" or end "/"?
---@param text any
---@return boolean
function path.is_plain(text)
   return type(text) == "string"
      and text:sub(1, 1) == "/"
      and not text:find("\0", 1, true)
      and text == path.absolute(text)
      and not (text .. "/"):find("/../", 1, true)
end

---@param text string
---@return string directory
function path.parent(text)
   local directory = text:match("^(.*)/[^/]*$") or ""
   return directory == "" and "/" or directory
end

--- What the system's error names mean, for messages about a path.
local REASONS <const> = {
   ENOENT = "does not exist",
   ELOOP = "is a loop of symbolic links",
   ENOTDIR = "leads through something that is not a directory",
   EACCES = "may not be looked at",
   EPERM = "may not be looked at",
   ENAMETOOLONG = "is too long",
}

--- Why a path could not be looked at: the end of a sentence that begins with it.
---@param errno? string
---@return string
function path.reason(errno)
   return REASONS[errno] or ("cannot be looked at (%s)"):format(errno or "unknown")
end

return path
