--- What `neap run` would do, without doing it: nobody is asked for anything.

local choose = require "neap.platform.choose"
local configs = require "neap.config"
local core = require "neap.core"
local failure = require "neap.error"
local joining = require "neap.joining"
local labels = require "neap.labels"
local making = require "neap.making"
local overlay = require "neap.overlay"
local plan = require "neap.plan"
local request = require "neap.request"

local rehearsal = {}

---@class neap.program.Planned
---@field config table
---@field place neap.plan.Place
---@field spec table
---@field notes neap.spec.Notes

--- Plan a container.
---@param config neap.Config
---@return neap.program.Planned? planned
---@return neap.Error? err
function rehearsal.plan(config)
   local place, nowhere = plan.place()
   if not place then return nil, nowhere end
   local _, platform = choose(config.runtime)
   local checked, wrong = configs.create(config, {
      op = "container.create", cwd = core.fs.cwd(), fs = core.fs, platform = platform,
   })
   if not checked then return nil, wrong end
   local spec, notes = plan.spec(place, checked)
   if not spec then return nil, notes end
   return { config = checked, place = place, spec = spec, notes = notes }
end

--- Plan what the words after `neap run` say.
---@param words string[]
---@return neap.program.Planned? planned
---@return neap.Error? err
function rehearsal.of(words)
   local run = require "neap.command.run"
   local parsed, why = require "neap.program.usage".parse("run", run, words)
   if not parsed then
      return nil, failure.new {
         code = "invalid_argument", op = "run", message = why, status = 2,
      }
   end
   local config, wrong = run.config(parsed)
   if not config then return nil, wrong end
   local planned, unfit = rehearsal.plan(config)
   if not planned then return nil, require("neap.program.docker").say(unfit, parsed) end
   return planned
end

---@class neap.program.Call
---@field method string
---@field request table   its fields, in short
---@field when? string     where it is not always sent

--- A message's fields without those that say nothing.
local function said(message)
   local found = {}
   for name, value in pairs(message) do
      if value ~= "" and value ~= 0 and value ~= false then found[name] = value end
   end
   return found
end

--- The record, as it would be sent.
local function create(planned, bundle)
   local config = planned.config
   local any, unpacked = request.spec(config, planned.spec)
   if not any then return nil, unpacked end
   local options, wrong = request.runtime_options(config, plan.own_engine(planned.place))
   if wrong then return nil, wrong end
   local extensions = {}
   for name, value in pairs(request.extensions(planned.notes, planned.config.groups)) do
      extensions[name] = value.value
   end
   return { method = "Containers/Create", request = {
      id = config.id, runtime = config.runtime or require("neap.defaults").runtime,
      runtime_options = options and said(core.decode(options.type_url, options.value) or {}),
      spec = ("%d bytes"):format(#any.value), extensions = extensions,
      labels = request.labels(config, { labels = { [labels.bundle] = bundle } }),
   } }
end

--- Containers whose namespaces are joined are looked for.
local function joined(planned)
   local calls = {}
   for _, id in ipairs(joining.ids(planned.config)) do
      calls[#calls + 1] = { method = "Containers/Get", request = { id = id } }
      calls[#calls + 1] = { method = "Tasks/Get", request = { container_id = id } }
   end
   return calls
end

--- The task, and its pipes, whose names each start makes anew.
local function start(planned, parsed, bundle)
   local id, has_terminal = planned.config.id, parsed.tty
   local fifos = bundle .. "/"
   return { method = "Tasks/Create", request = {
      container_id = id, terminal = has_terminal or nil,
      rootfs = planned.config.rootfs_overlay and overlay.below(planned.config.rootfs) or nil,
      stdin = parsed.interactive and fifos or nil, stdout = fifos,
      stderr = not has_terminal and fifos or nil,
   } }
end

--- Volumes without a name go with the container, unless somebody is found who uses
--- them: before the removal and after.
local function add_volumes(calls, config)
   for _, mount in ipairs(config.mounts or {}) do
      for _ = 1, mount.is_anonymous and 2 or 0 do
         table.insert(calls, { method = "Containers/ListStream", request = {} })
      end
   end
end

--- The RPCs that would be sent, in their order.
---@param planned neap.program.Planned
---@param parsed table  run's options
---@return neap.program.Call[]? calls
---@return neap.Error? err
function rehearsal.calls(planned, parsed)
   local id, calls = planned.config.id, joined(planned)
   local bundle = making.place(planned.place, id)
   local record, unpacked = create(planned, bundle)
   if not record then return nil, unpacked end
   table.insert(calls, record)
   table.insert(calls, start(planned, parsed, bundle))
   table.insert(calls, { method = "Tasks/Start", request = { container_id = id } })
   if parsed.interactive and not parsed.detach then
      table.insert(calls, { method = "Tasks/CloseIO", when = "when standard input ends",
         request = { container_id = id, stdin = true } })
   end
   if parsed.detach or parsed.keep then return calls end
   table.insert(calls, { method = "Tasks/Delete", request = { container_id = id } })
   table.insert(calls, { method = "Containers/Delete", request = { id = id } })
   add_volumes(calls, planned.config)
   return calls
end

--- The whole as text: the spec, and a line for each RPC.
---@param planned neap.program.Planned
---@param calls neap.program.Call[]
---@return string
function rehearsal.text(planned, calls)
   local json = core.json
   local lines = { json.encode(planned.spec, { pretty = true }), "" }
   for _, call in ipairs(calls) do
      lines[#lines + 1] = ("%s %s%s"):format(
         call.method, json.encode(call.request), call.when and ("  (%s)"):format(call.when) or ""
      )
   end
   return table.concat(lines, "\n") .. "\n"
end

--- The same as one JSON object.
---@param planned neap.program.Planned
---@param calls neap.program.Call[]
---@return string
function rehearsal.json(planned, calls)
   return core.json.encode { spec = planned.spec, calls = core.json.array(calls) } .. "\n"
end

return rehearsal
