--- The steps of a run, by the names that live.count has: each method in full.

local SERVICES <const> = "containerd.services."

return {
   ["Containers/Create"] = SERVICES .. "containers.v1.Containers/Create",
   ["Tasks/Create"] = SERVICES .. "tasks.v1.Tasks/Create",
   ["Tasks/Start"] = SERVICES .. "tasks.v1.Tasks/Start",
   ["Tasks/Delete"] = SERVICES .. "tasks.v1.Tasks/Delete",
   ["Containers/Delete"] = SERVICES .. "containers.v1.Containers/Delete",
}
