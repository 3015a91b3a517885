--- What OCI's linux.seccomp may be, of a spec that somebody else wrote. What was
--- resolved from a profile has been checked as that.

local resolve = require "neap.seccomp.resolve"
local shape = require "neap.spec.shape"

local list, object = shape.list, shape.object
local text, word = shape.text, shape.word
local uint32 = shape.integer(0, 0xffffffff)
local uint64 = shape.integer(0)
local texts = list(text)

local syscall = object({
   names = list(word), action = word, errnoRet = uint32,
   args = list(object(
      { index = uint32, value = uint64, valueTwo = uint64, op = word }, { "index", "value", "op" }
   )),
}, { "names", "action" })

local seccomp = object({
   defaultAction = word, defaultErrnoRet = uint32, architectures = texts, flags = texts,
   syscalls = list(syscall), listenerPath = shape.path, listenerMetadata = text,
}, { "defaultAction" })

---@type neap.spec.Check
return function(value)
   if resolve.is_made(value) then return nil end
   return seccomp(value)
end
