# The program: everything it runs at every start is linked in; C modules that
# scripts load find Lua and libuv in it.

program_o := $(call object,$(program_src))

$(B)/modules.inc: $(lua_src) scripts/build/modules.lua
	@mkdir -p $(@D)
	$(LUA) scripts/build/modules.lua $(lua_src) > $@

$(B)/bindings/modules.o: CPPFLAGS += -I$(B)
$(B)/bindings/modules.o: $(B)/modules.inc

# Lua and libuv come whole, since what is not used here may be used there.
# pkg-config does not know all that grpc_unsecure needs.
static_whole := -luv_a -l$(LUA)
static_libs  := $(filter -l%,$(shell pkg-config --static --libs grpc_unsecure libprotobuf-c json-c 2>/dev/null)) \
                -lupb -lre2 -lcares -laddress_sorting -lz -lstdc++
static_libs  := $(sort $(filter-out -latomic -lrt -lm -ldl -lpthread,$(static_libs)))

$(B)/neap: $(program_o) $(bind_o) $(B)/lib/libneap.a scripts/build/program.dynamic
	$(CC) $(LDFLAGS) -static-libgcc -Wl,--gc-sections -Wl,--as-needed \
	    -Wl,--dynamic-list=scripts/build/program.dynamic \
	    -o $@ $(program_o) $(bind_o) $(B)/lib/libneap.a \
	    -Wl,-Bstatic -Wl,--whole-archive $(static_whole) -Wl,--no-whole-archive \
	    -Wl,--start-group $(static_libs) -Wl,--end-group -Wl,-Bdynamic -lm

program: $(B)/neap $(lua_lib)

-include $(program_o:.o=.d)
.PHONY: program
