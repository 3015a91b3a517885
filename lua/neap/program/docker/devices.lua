--- docker's options about which of the host's devices a container may use.

---@type neap.program.OptionGroup
return {
   options = {
      { "--device", value = "HOST[:INSIDE][:rwm]", many = true,
         help = "Give it a device, a directory's, or a CDI device: vendor/class=name." },
      { "--device-cgroup-rule", value = "RULE", many = true,
         help = 'Allow devices by number: "c 13:* rwm".' },
   },
   fields = { device = "devices", device_cgroup_rule = "device_cgroup_rules" },
}
