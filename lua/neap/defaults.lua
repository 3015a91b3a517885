--- Every number and name that a user might dispute, in one place.
--
-- Durations are seconds, sizes are bytes. Nothing here is written to: a call's
-- own option goes before what is written here.

local KIB <const>, MIB <const> = 1024, 1024 * 1024

---@class neap.Defaults
local defaults = {
   -- Where containerd is.
   address = "/run/containerd/containerd.sock",
   namespace = "default",
   engine_directory = "/var/lib/neap",
   run_directory = "/run/neap", -- sockets of engines, and bundles
   bundle_root = "/run/neap",

   -- How long to wait for it.
   timeout = 60, -- connecting, and each RPC that neither waits nor streams
   reconnect = { first = 0.1, factor = 2, max = 2 },
   outage = 10, -- how long a change waits for containerd to come back
   linger = 10, -- how long a change goes on whose client was closed
   hello_grace = 0.25, -- before an unproven event stream is asked to speak

   -- How often a task is started where what is left of the last one stands in the way.
   start = { tries = 4, pause = 0.1 },

   -- How a container ends.
   stop_timeout = 10, -- between the stop signal and KILL
   stop_signal = "TERM",
   init = { path = "/usr/bin/tini-static", package = "tini" },
   delete = { kill_timeout = 10, tries = 3, pause = 0.1, shim_timeout = 3 },

   -- What is kept of its output.
   drain = 2, -- after the exit, while a child holds the stream open
   capture_limit = 16 * MIB, -- each of stdout and stderr of client:run
   sink_buffer = MIB, -- of a consumer that drops or spills
   spill_limit = 1024 * MIB,
   spill_dir = "/var/tmp", -- on a disk; /tmp may be memory
   line_limit = MIB, -- of read "l", lines, and sink.lines
   expect_limit = MIB, -- what expect looks at
   pipe = { size = 64 * KIB, quiet = 0.1, in_flight = 2 * MIB }, -- when one breaks
   log_root = "/var/lib/neap/log",
   log_backlog = 64 * KIB, -- what who attaches again has missed, at most
   leave_within = 5, -- from one INT or TERM to the next, which leaves what is attached to
   logger_timeout = 10, -- for a logger to begin
   event_buffer = 1024, -- handlers' and iterators' queues; the oldest go

   -- What it is made of.
   runtime = "io.containerd.runc.v2",
   snapshotter = "overlayfs",
   path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
   term = "xterm",
   cpu_period = 100000, -- microseconds; what cpus=0.5 is a part of
   shm_size = 64 * MIB,
   overlay_root = "/var/lib/neap/overlay", -- what containers write; on a disk
   volume_root = "/var/lib/neap/volumes", -- on a disk that stays
   cdi_dirs = { "/etc/cdi", "/var/run/cdi" }, -- of two that say the same the last
   apparmor = "docker-default", -- where it is loaded
   seccomp = "/usr/share/containers/seccomp.json",
   seccomp_package = "golang-github-containers-common",

   -- What containerd and the kernel refuse; checked before anything is sent.
   id_length = 76,
   label_length = 4096, -- key and value together
   hostname_length = 64,
   exec_string = 128 * KIB - 1, -- one argument or variable (MAX_ARG_STRLEN)
   exec_total = 6 * MIB, -- all of them; the kernel's cap at any stack limit
   account_file = MIB, -- of a rootfs: its /etc/passwd, its /etc/group
   memory_impossible = 256 * 1024, -- bytes: no runtime starts anything in less
   memory_least = 6 * MIB, -- docker's; runc's own start needs about two
   spec_size = 15 * MIB, -- containerd receives 16 MiB, all told

   -- How much is noted of who set what in a spec, before it is told in short.
   explain_notes = 256,

   -- What the program loads before anything else, where it is there.
   policy_directory = "/etc/neap/policy.d",

   -- What the program says.
   log_level = "info",
   voice = { buffer = MIB, patience = 1 }, -- where nobody reads it; at the program's end
}

return defaults
