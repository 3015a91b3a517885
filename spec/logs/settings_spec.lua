local json = require "neap.json"
local settings = require "neap.logs.settings"

local CONTEXT <const> = {
   cwd = "/home",
   fs = {
      stat = function(path)
         if path == "/home" or path == "/var" then return { type = "directory" } end
         return nil, "ENOENT"
      end,
      lstat = function(path)
         return ({ ["/var/dir"] = { type = "directory" }, ["/var/link"] = { type = "link" },
            ["/var/file"] = { type = "file" } })[path]
      end,
   },
}

describe("neap.logs.settings.parse", function()
   for given, expected in pairs {
      ["json-file"] = { driver = "json-file" }, raw = { driver = "raw" },
      none = { driver = "none" },
      [{ max_size = "10m", max_file = 5, compress = true, fsync = 3, on_error = "drop" }] = {
         driver = "json-file", max_size = 10485760, max_file = 5, compress = true, fsync = 3,
         on_error = "drop",
      },
      [{ path = "app.log", fsync = "always" }] = {
         driver = "json-file", path = "/home/app.log", fsync = "always",
      },
      [{ driver = "raw", path = "/var/file", backlog = "1m", fsync = "never" }] = {
         driver = "raw", path = "/var/file", backlog = 1048576, fsync = "never",
      },
   } do
      it("takes " .. json.encode(expected), function()
         assert.same(expected, settings.parse(given, CONTEXT))
      end)
   end

   for why, given in pairs {
      ['log: 7 is neither a driver\'s name nor a table'] = 7,
      ['log.driver: "syslog" is none of'] = "syslog",
      ['log.maxsize: unknown field, did you mean "max_size"?'] = { maxsize = 1 },
      ["log.max_size: "] = { max_size = "much" },
      ["log.max_size: 0 bytes hold nothing"] = { max_size = 0 },
      ["log.max_file: 0 is not a whole number"] = { max_size = 1, max_file = 0 },
      ["log.max_file: without max_size there is one file"] = { max_file = 2 },
      ["log.compress: only what is rotated away"] = { compress = true },
      ["log.compress: \"yes\" is not true or false"] = { compress = "yes" },
      ["log.fsync: 0 is not"] = { fsync = 0 },
      ["log.fsync: 0.5 is not"] = { fsync = 0.5 },
      ['log.on_error: "stop" is none of "block", "drop"'] = { on_error = "stop" },
      ["log.backlog: "] = { backlog = "2g" },
      ["log.path: driver none writes none"] = { driver = "none", path = "/var/x" },
      ['log.path: "/none" does not exist'] = { path = "/none/x" },
      ['log.path: "/var/dir" is a directory, not a file'] = { path = "/var/dir" },
      ['log.path: "/var/link" is a link, not a file'] = { path = "/var/link" },
      ['log.path: "x/" is not the path of a file'] = { path = "x/" },
   } do
      it("says: " .. why, function()
         local checked, said = settings.parse(given, CONTEXT)

         assert.is_nil(checked)
         assert.equal(why, said:sub(1, #why))
      end)
   end
end)

describe("neap.logs.settings.of", function()
   it("reads what a label keeps, and believes nothing else", function()
      local made = { driver = "raw", max_size = 5 }

      assert.same(made, settings.of { ["neap.log"] = json.encode(made) })
      assert.is_nil(settings.of {})
      for _, text in ipairs { "", "{", "[]7", '"raw"x', '{"driver":"x"}', '{"path":7}', "7" } do
         assert.is_nil(settings.of { ["neap.log"] = text })
      end
   end)
end)

describe("neap.logs.settings.arguments", function()
   it("says all of it to neap-log", function()
      assert.same({ "--driver", "none", "--backlog", "65536" },
         settings.arguments({ driver = "none" }, nil))
      assert.same({ "--driver", "json-file", "--log", "/x", "--max-size", "9", "--max-file", "2",
         "--compress", "--fsync", "5", "--on-error", "drop", "--backlog", "1" },
         settings.arguments({
            driver = "json-file", max_size = 9, max_file = 2, compress = true, fsync = 5,
            on_error = "drop", backlog = 1,
         }, "/x"))
   end)
end)
