# The library, the Lua module and the program.
#
# The layers are include paths: Lua is on the path of bindings/ alone, gRPC on
# that of core/ alone, and bindings/ sees no private header of core/.

core_cflags := $(shell pkg-config --cflags libuv grpc_unsecure libprotobuf-c json-c)
lua_cflags  := $(shell pkg-config --cflags $(LUA) libuv)

$(B)/core/%.o: CPPFLAGS = -Icore/include -Icore/src -Icore/test -I$(B)/proto $(core_cflags)
$(B)/bindings/%.o: CPPFLAGS = -Icore/include $(lua_cflags)

object      = $(patsubst %.c,$(B)/%.o,$(1))
core_src   := $(sort $(wildcard core/src/*.c))
bind_src   := $(sort $(filter-out bindings/program.c,$(wildcard bindings/*.c)))
test_src   := $(sort $(wildcard core/test/*.c))
lua_src    := $(sort $(shell find lua/neap -name '*.lua'))
lua_lib    := $(lua_src:lua/%=$(B)/lib/%)

core_o     := $(call object,$(core_src))
bind_o     := $(call object,$(bind_src))

# What the shared objects need, and what the static program needs in its place.
shared_libs := $(shell pkg-config --libs grpc_unsecure libuv libprotobuf-c json-c)
# upb is missing from grpc's .pc, and libuv and Lua come whole, for the C
# modules that scripts load.
static_libs := -Wl,-Bstatic -Wl,--whole-archive -luv_a -l$(LUA) -Wl,--no-whole-archive \
    $(filter-out -lsystemd -lcrypto -lssl -luv -ldl -lrt -lpthread -pthread -lm -lc,\
    $(shell pkg-config --static --libs grpc_unsecure libprotobuf-c json-c)) \
    -lupb -Wl,-Bdynamic -lstdc++ -static-libgcc -lm -ldl -lrt -lpthread

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
	$(CC) -shared $(LDFLAGS) -Wl,-soname,libneap.so -o $@ $^ $(shared_libs)

$(B)/lib/neap/core.so: $(bind_o) $(B)/lib/libneap.a
	@mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS) -o $@ $(bind_o) $(B)/lib/libneap.a $(shared_libs)

$(B)/lib/neap/%.lua: lua/neap/%.lua
	@mkdir -p $(@D)
	cp $< $@

$(B)/neap: $(B)/bindings/program.o $(bind_o) $(B)/lib/libneap.a scripts/build/program.dynamic
	$(CC) $(LDFLAGS) -Wl,--dynamic-list=scripts/build/program.dynamic -Wl,--gc-sections -o $@ \
	    $(B)/bindings/program.o $(bind_o) $(B)/lib/libneap.a $(static_libs)

program: $(B)/neap $(lua_lib)
library: $(B)/lib/neap/core.so $(B)/lib/libneap.so $(B)/lib/libneap.a $(lua_lib)

-include $(patsubst %.o,%.d,$(core_o) $(bind_o) $(call object,$(test_src) bindings/program.c))
.PHONY: program library
