# The program: everything it runs at every start is linked in; C modules that
# scripts load find Lua and libuv in it.

program_o := $(call object,$(program_src))

$(B)/modules.inc: $(lua_src) scripts/build/modules.lua scripts/build/unnamed.lua
	@mkdir -p $(@D)
	$(LUA) scripts/build/modules.lua $(lua_src) > $@

$(B)/bindings/modules.o: CPPFLAGS += -I$(B)
$(B)/bindings/modules.o: $(B)/modules.inc

# Lua and libuv come whole, since what is not used here may be used there.
# pkg-config does not know all that grpc_unsecure needs.
static_whole := -luv_a -l$(LUA)
static_libs  := $(filter -l%,$(shell pkg-config --static --libs grpc_unsecure libprotobuf-c json-c yaml-0.1 2>/dev/null)) \
                -lupb -lre2 -lcares -laddress_sorting -lz -lstdc++
static_libs  := $(sort $(filter-out -latomic -lrt -lm -ldl -lpthread,$(static_libs)))

$(B)/neap: $(program_o) $(bind_o) $(B)/lib/libneap.a scripts/build/program.dynamic
	$(CC) $(LDFLAGS) -static-libgcc -Wl,--gc-sections -Wl,--as-needed \
	    -Wl,--dynamic-list=scripts/build/program.dynamic \
	    -o $@ $(program_o) $(bind_o) $(B)/lib/libneap.a \
	    -Wl,-Bstatic -Wl,--whole-archive $(static_whole) -Wl,--no-whole-archive \
	    -Wl,--start-group $(static_libs) -Wl,--end-group -Wl,-Bdynamic -lm

# neap-log: one small program for each container, so it links nothing else.
# Static, as its pages are then few, and shared by all of them.
log_o  := $(call object,$(sort $(wildcard core/log/*.c)))
log_us := $(call object,$(addprefix core/src/,error.c fifo.c memory.c reader.c utf8.c))

$(B)/core/log/liblog.a: $(filter-out %/neap-log.o,$(log_o))
	rm -f $@
	ar rcs $@ $^

$(B)/neap-log: $(B)/core/log/neap-log.o $(B)/core/log/liblog.a $(log_us)
	$(CC) $(LDFLAGS) $(if $(SAN),,-static) -o $@ $^ -lz

program: $(B)/neap $(B)/neap-log $(lua_lib)

-include $(patsubst %.o,%.d,$(program_o) $(log_o))
.PHONY: program
