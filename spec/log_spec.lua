local log = require "neap.log"

describe("neap.log", function()
   local former_sink, former_level, heard

   before_each(function()
      heard = {}
      former_level = log.level()
      former_sink = log.sink(function(level, message)
         heard[#heard + 1] = level .. ": " .. message
      end)
   end)
   after_each(function()
      log.sink(former_sink)
      log.level(former_level)
   end)

   it("passes what is as grave as the level, or graver", function()
      log.level "info"

      log.error "e"
      log.warn "w"
      log.info "i"
      log.debug "d"
      log.trace "t"

      assert.same({ "error: e", "warn: w", "info: i" }, heard)
   end)

   it("formats where arguments follow, and only there", function()
      log.warn("%s has %d", "web", 3)
      log.warn "100%"

      assert.same({ "warn: web has 3", "warn: 100%" }, heard)
   end)

   it("escapes what would reach a terminal", function()
      log.error("%s", "\27[2J")

      assert.same({ "error: \\x1b[2J" }, heard)
   end)

   it("says nothing where no host listens", function()
      log.sink(nil)

      log.error "lost"

      assert.is_false(log.enabled "error")
      assert.same({}, heard)
   end)

   it("raises on a level that there is not", function()
      assert.has_error(function() log.level "loud" end, 'no log level "loud"')
   end)
end)
