-- `make install`, and what was installed, used from where it is.

local live = require "support.live"
local shell = require "support.shell"

-- What a host in C is like: ask containerd for its version.
local PROGRAM <const> = [[
#include <neap/neap.h>
#include <stdio.h>

static void on_version(void *arg, const neap_error *err, neap_value *reply)
{
    size_t size;

    printf("%s\n", err ? err->message : neap_value_bytes(neap_value_find(reply, "version"), &size));
    neap_value_free(reply);
    neap_client_close(arg);
}

int main(int argc, char **argv)
{
    neap_error err = { 0 };
    neap_loop *loop = neap_loop_open(uv_default_loop(), NEAP_LOOP_DRIVEN);
    neap_client *client = neap_client_open(
        loop, &(neap_client_config){ .address = argv[argc - 1], .ns = "c" }, &err);

    if (client == NULL)
        return fprintf(stderr, "%s\n", err.message);
    neap_client_call(client, "containerd.services.version.v1.Version/Version", NULL, NULL,
                     on_version, client);
    while (neap_loop_turn(loop, true))
        continue;
    neap_loop_close(loop);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    return uv_loop_close(uv_default_loop());
}
]]

local version = require "neap.version"

local function run(argv, options)
   local result = shell.run(argv, options)
   if result.code ~= 0 then error(table.concat(argv, " ") .. ": " .. result.stderr, 2) end
   return result.stdout
end

describe("what make installs", function()
   local prefix

   local function install(...)
      run({ "make", "-s", "install", "B=" .. shell.build, ... }, {
         env = { MAKEFLAGS = false, MAKELEVEL = false, LD_PRELOAD = false },
      })
   end

   setup(function()
      prefix = live.path("prefix")
      install("PREFIX=" .. prefix)
   end)

   it("is a program that runs containers", function()
      local said = run({
         prefix .. "/bin/neap", "--address", live.address, "--namespace", live.namespace,
         "run", "--rootfs", live.rootfs(), "echo", "installed",
      }, { cwd = "/" })
      assert.equal("installed\n", said)
   end)

   it("is a module for any Lua 5.4", function()
      local said = run({ "lua5.4", "-e", [[print(require "neap".version)]] }, {
         cwd = "/",
         env = {
            LUA_PATH = prefix .. "/share/lua/5.4/?.lua;" .. prefix .. "/share/lua/5.4/?/init.lua",
            LUA_CPATH = prefix .. "/lib/lua/5.4/?.so",
         },
      })
      assert.equal(version .. "\n", said)
   end)

   --- Compile a program against what is installed: its path.
   local function compiled(compiler, suffix, code)
      local program = live.path "host"
      local source = program .. suffix
      local file <close> = assert(io.open(source, "w"))
      file:write(code)
      file:close()
      local env = { PKG_CONFIG_PATH = prefix .. "/lib/pkgconfig" }
      local flags = run({ "pkg-config", "--cflags", "--libs", "neap" }, { env = env })
      local command = {
         compiler, "-Wall", "-Wextra", "-pedantic", "-Werror", "-o", program, source,
      }
      local san = os.getenv("SAN") or ""
      if san ~= "" then command[#command + 1] = "-fsanitize=" .. san end
      for flag in flags:gmatch "%S+" do command[#command + 1] = flag end
      run(command)
      return program
   end

   local function run_compiled(...)
      return run({ ... }, { env = { LD_LIBRARY_PATH = prefix .. "/lib" } })
   end

   it("is a C library that pkg-config finds", function()
      local program = compiled("cc", ".c", PROGRAM)
      assert.matches("^1%.%d+%.%d+", run_compiled(program, live.address))
   end)

   it("is one for C++ too", function()
      local program = compiled("c++", ".cc", [[
         #include <neap/neap.h>
         #include <cstdio>
         int main() { return std::puts(neap_code_name(NEAP_NOT_FOUND)) < 0; }
      ]])
      assert.equal("not_found\n", run_compiled(program))
   end)

   it("is a logger for what is detached", function()
      local result = shell.run { prefix .. "/libexec/neap/neap-log" }
      assert.equal(2, result.code)
      assert.equal("EINVAL --stdout is missing\n", result.stderr)
   end)

   it("is described by a page and by completions", function()
      local page <close> = assert(io.open(prefix .. "/share/man/man1/neap.1"))
      assert.matches("^%.TH NEAP 1", page:read("l"))
      run({ "bash", "-n", prefix .. "/share/bash-completion/completions/neap" })
   end)

   it("can be put aside for a package", function()
      local aside = live.path("package")
      install("PREFIX=/usr", "DESTDIR=" .. aside)
      assert.equal(version .. "\n",
         run({ aside .. "/usr/bin/neap", "-e", [[print(require "neap".version)]] }))
      assert.equal("/usr\n",
         run({ "pkg-config", "--variable=prefix", aside .. "/usr/lib/pkgconfig/neap.pc" }))
   end)
end)
