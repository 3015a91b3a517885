# The library and the Lua module.
#
# The layers are include paths: Lua is on the path of bindings/ alone, gRPC on
# that of core/ alone, and bindings/ sees no private header of core/.

core_cflags := $(shell pkg-config --cflags libuv grpc_unsecure libprotobuf-c json-c yaml-0.1 2>/dev/null)
lua_cflags  := $(shell pkg-config --cflags $(LUA) libuv 2>/dev/null)

$(B)/core/%.o: CPPFLAGS = -Icore/include -iquote core/src -iquote core/log -iquote core/test -I$(B)/proto $(core_cflags)
$(B)/bindings/%.o: CPPFLAGS = -Icore/include $(lua_cflags)

object      = $(patsubst %.c,$(B)/%.o,$(1))
core_src   := $(sort $(wildcard core/src/*.c))
program_src := $(addprefix bindings/,program.c hangup.c host.c modules.c pool.c signal.c terminal.c)
bind_src   := $(sort $(filter-out $(program_src),$(wildcard bindings/*.c)))
test_src   := $(sort $(wildcard core/test/*.c))
lua_src    := $(sort $(shell find lua/neap -name '*.lua'))
lua_lib    := $(lua_src:lua/%=$(B)/lib/%)

core_o     := $(call object,$(core_src))
bind_o     := $(call object,$(bind_src))

shared_libs := $(shell pkg-config --libs grpc_unsecure libuv libprotobuf-c json-c yaml-0.1 zlib 2>/dev/null)

# Only our own names leave a library: a host may have a `stop` of its own.
exports := -Wl,--version-script=scripts/build/library.map

$(core_o) $(call object,$(test_src)): | $(proto_stamp)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(CPPFLAGS) $(CFLAGS) -fPIC -MMD -MP -c -o $@ $<

$(B)/lib/libneap.a: $(core_o) $(proto_o)
	@mkdir -p $(@D)
	rm -f $@
	ar rcs $@ $^

$(B)/lib/libneap.so: $(core_o) $(proto_o)
	@mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS) $(exports) -Wl,-soname,libneap.so -o $@ $(core_o) $(proto_o) $(shared_libs)

$(B)/lib/neap/core.so: $(bind_o) $(B)/lib/libneap.a
	@mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS) $(exports) -o $@ $(bind_o) $(B)/lib/libneap.a $(shared_libs)

$(B)/lib/neap/%.lua: lua/neap/%.lua
	@mkdir -p $(@D)
	cp $< $@

library: $(B)/lib/neap/core.so $(B)/lib/libneap.so $(B)/lib/libneap.a $(lua_lib)

-include $(patsubst %.o,%.d,$(core_o) $(bind_o) $(call object,$(test_src)))
.PHONY: library
