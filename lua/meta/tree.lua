---@meta

--- Whole directories of somebody else's content, taken by a thread of libuv's: no
--- link in them is followed, nothing that is mounted in them is entered.
---@class neap.core.tree
local tree = {}

--- Remove a directory and all that is in it.
---@param path string  in a place that only we can change
---@return true? ok
---@return neap.Error? err  `not_found`; errno "EXDEV": something is mounted in it
function tree.remove(path) end

--- Copy what is in a directory of the tree `root` into an empty one of ours, which
--- gets its owner and mode.
---@param root string
---@param path string  links in it stay below `root`
---@param to string
---@return true? ok
---@return neap.Error? err  `not_found`, or errno "ENOTDIR": there is no such directory
function tree.copy(root, path, to) end

return tree
