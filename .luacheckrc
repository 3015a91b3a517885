std = "lua54"
max_line_length = 100
ignore = { "211/_.*" } -- `local _held <close>` is held, not read
exclude_files = { "lua/meta", "build" } -- lua/meta: declarations, never run
files["spec"] = { std = "+busted" }
