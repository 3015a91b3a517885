--- Tar archives of plain files and directories, as bytes come and go.

local reader = require "neap.tar.reader"
local writer = require "neap.tar.writer"

return { member = writer.member, finish = writer.finish, read = reader.read }
