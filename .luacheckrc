std = "lua54"
max_line_length = 100
exclude_files = { "lua/meta", "build" } -- lua/meta: declarations, never run
files["spec"] = {
   std = "+busted",
   ignore = { "211/_.*" }, -- `local _c <close>` is held, not read
}
files["scripts"] = { ignore = { "211/_.*" } }
