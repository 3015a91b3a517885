--- Who is killed first where memory runs out.

local oom = { options = { "oom_score_adj" }, paths = { "process.oomScoreAdj" } }

---@param spec table
---@param config table
---@param context neap.spec.Context
function oom.apply(spec, config, context)
   if not config.oom_score_adj then return end
   spec.process.oomScoreAdj = config.oom_score_adj
   context.origin["process.oomScoreAdj"] = "oom_score_adj"
end

return oom
