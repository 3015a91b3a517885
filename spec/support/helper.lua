-- Loaded once, before all specs. NEAP_GC=full: collect as often as Lua can, so
-- that a handle freed too early is found here rather than in production.
if os.getenv "NEAP_GC" == "full" then collectgarbage("incremental", 1, 1000) end
