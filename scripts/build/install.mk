# Installation. What was installed needs nothing of this tree.
#
#   make install PREFIX=/usr DESTDIR=/tmp/package     DESTDIR: to make a package

modules   := $(PREFIX)/share/lua/$(LUA_ABI)
c_modules := $(PREFIX)/lib/lua/$(LUA_ABI)
version   := $(shell sed -n 's/^return "\(.*\)"/\1/p' lua/neap/version.lua)

put       := install -D -m 644

# Private: what only those need who link it statically.
define pkg_config
prefix=$(PREFIX)
libdir=$${prefix}/lib
includedir=$${prefix}/include

Name: neap
Description: Handles on the containers of containerd, on a libuv loop
Version: $(version)
Requires: libuv
Requires.private: grpc_unsecure libprotobuf-c json-c yaml-0.1
Cflags: -I$${includedir}
Libs: -L$${libdir} -lneap
endef
export pkg_config

install: program library
	install -D $(B)/neap $(DESTDIR)$(PREFIX)/bin/neap
	install -D $(B)/neap-log $(DESTDIR)$(PREFIX)/libexec/neap/neap-log
	$(put) -t $(DESTDIR)$(PREFIX)/include/neap core/include/neap/*.h
	$(put) -t $(DESTDIR)$(PREFIX)/lib $(B)/lib/libneap.a $(B)/lib/libneap.so
	$(put) -t $(DESTDIR)$(c_modules)/neap $(B)/lib/neap/core.so
	for file in $(lua_src:lua/%=%); do \
	    $(put) lua/$$file $(DESTDIR)$(modules)/$$file || exit; done
	mkdir -p $(DESTDIR)$(PREFIX)/lib/pkgconfig
	echo "$$pkg_config" > $(DESTDIR)$(PREFIX)/lib/pkgconfig/neap.pc
	$(put) -t $(DESTDIR)$(PREFIX)/share/man/man1 scripts/man/*.1
	$(put) scripts/completions/neap.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/neap

.PHONY: install
