---@meta

-- What `core.json` offers (bindings/json.c).

---@class neap.uint
---An integer from 2^63 to 2^64 - 1. Compares with its like and, by < and <=,
---with numbers; tostring gives its digits.

---@alias neap.json.value nil|boolean|number|string|neap.uint|lightuserdata|table

---@class neap.core.json
---@field null lightuserdata Stands for null, within tables and alone
local json = {}

---Write a value as JSON: a table is a list when it is marked as an array or has
---a [1], else a map, whose keys come sorted. A number that is not finite and a
---string that is not UTF-8 are `invalid_argument`; what is no value at all
---(functions, tables in themselves, list and map in one) raises.
---@param value neap.json.value
---@param options? { pretty: boolean }
---@return string|nil text
---@return neap.error? err
function json.encode(value, options) end

---Keep a table's text, for it is written to no more: what it is part of is encoded
---with that text, as long as the table lives. A copy of it is not kept.
---@generic T: table
---@param value T
---@return T|nil value
---@return neap.error? err  as of encode; nothing is kept
function json.keep(value) end

---Read JSON. Lists come marked as arrays, null as `json.null`, integers beyond
---2^63 - 1 as `neap.uint`.
---@param text string
---@return neap.json.value value
---@return neap.error? err
function json.decode(text) end

---Mark a table as an array, so that it stays a list when it is empty.
---@generic T: table
---@param list? T A new table unless given
---@return T list
function json.array(list) end

---Tell whether a value is a table that becomes a list.
---@param value any
---@return boolean
function json.is_array(value) end

---The integer that decimal digits name, up to 2^64 - 1.
---@param digits string
---@return integer|neap.uint
function json.uint(digits) end

return json
