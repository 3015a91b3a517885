--- The words of seccomp: what OCI's runtime-spec and libseccomp call things, and
--- what docker's profiles call the machines.

local function set(text)
   local words = {}
   for word in text:gmatch "%S+" do words[word] = true end
   return words
end

return {
   -- What becomes of a call.
   actions = set [[
      SCMP_ACT_ALLOW SCMP_ACT_ERRNO SCMP_ACT_KILL SCMP_ACT_KILL_PROCESS
      SCMP_ACT_KILL_THREAD SCMP_ACT_LOG SCMP_ACT_NOTIFY SCMP_ACT_TRACE SCMP_ACT_TRAP
   ]],

   -- How an argument is compared.
   operators = set [[
      SCMP_CMP_EQ SCMP_CMP_GE SCMP_CMP_GT SCMP_CMP_LE SCMP_CMP_LT SCMP_CMP_MASKED_EQ
      SCMP_CMP_NE
   ]],

   architectures = set [[
      SCMP_ARCH_AARCH64 SCMP_ARCH_ARM SCMP_ARCH_MIPS SCMP_ARCH_MIPS64
      SCMP_ARCH_MIPS64N32 SCMP_ARCH_MIPSEL SCMP_ARCH_MIPSEL64 SCMP_ARCH_MIPSEL64N32
      SCMP_ARCH_PARISC SCMP_ARCH_PARISC64 SCMP_ARCH_PPC SCMP_ARCH_PPC64
      SCMP_ARCH_PPC64LE SCMP_ARCH_RISCV64 SCMP_ARCH_S390 SCMP_ARCH_S390X
      SCMP_ARCH_X32 SCMP_ARCH_X86 SCMP_ARCH_X86_64
   ]],

   flags = set [[
      SECCOMP_FILTER_FLAG_TSYNC SECCOMP_FILTER_FLAG_LOG SECCOMP_FILTER_FLAG_SPEC_ALLOW
   ]],

   -- By what uname calls a machine: what Go calls it, which is what `arches` of a
   -- profile say, and what libseccomp calls it, which is what `archMap` says.
   machines = {
      x86_64 = { go = "amd64", scmp = "SCMP_ARCH_X86_64" },
      i386 = { go = "386", scmp = "SCMP_ARCH_X86" },
      i486 = { go = "386", scmp = "SCMP_ARCH_X86" },
      i586 = { go = "386", scmp = "SCMP_ARCH_X86" },
      i686 = { go = "386", scmp = "SCMP_ARCH_X86" },
      aarch64 = { go = "arm64", scmp = "SCMP_ARCH_AARCH64" },
      armv5tel = { go = "arm", scmp = "SCMP_ARCH_ARM" },
      armv6l = { go = "arm", scmp = "SCMP_ARCH_ARM" },
      armv7l = { go = "arm", scmp = "SCMP_ARCH_ARM" },
      armv8l = { go = "arm", scmp = "SCMP_ARCH_ARM" },
      mips64 = { go = "mips64le", scmp = "SCMP_ARCH_MIPSEL64" }, -- Debian has no other
      ppc64le = { go = "ppc64le", scmp = "SCMP_ARCH_PPC64LE" },
      riscv64 = { go = "riscv64", scmp = "SCMP_ARCH_RISCV64" },
      s390x = { go = "s390x", scmp = "SCMP_ARCH_S390X" },
   },
}
