# The gate. `make check` is everything; the suites' own make and run is in
# scripts/check/run, which also counts.

test_main := $(patsubst %.c,$(B)/%,$(wildcard core/test/*_test.c))
test_part := $(filter-out %_test.c core/test/scripted-server.c,$(wildcard core/test/*.c))
sources   := $(wildcard core/*/*.[ch] core/include/neap/*.h bindings/*.[ch])
gate      := NEAP_BUILD=$(B) SAN=$(SAN) scripts/check/run

# What the tests share, as an archive: each program takes what it uses.
$(B)/core/test/libtest.a: $(call object,$(test_part))
	@mkdir -p $(@D)
	rm -f $@
	ar rcs $@ $^

$(B)/core/test/%: $(B)/core/test/%.o $(B)/core/test/libtest.a $(B)/core/log/liblog.a $(B)/lib/libneap.a
	$(CC) $(LDFLAGS) -o $@ $^ $(shared_libs) -lz

tests: $(test_main) $(B)/neap-log $(if $(wildcard core/test/scripted-server.c),$(B)/core/test/scripted-server)

# TSan knows no real container: core/test, and the specs without.
check: deps
	@$(again) -s program library tests
	@$(gate) $(if $(findstring thread,$(SAN)),core spec)

lint: deps
	@$(gate) lint

format: deps
	clang-format -i $(sources)

valgrind: deps
	@scripts/deps valgrind
	@$(again) -s program library tests
	@$(gate) valgrind

bench: deps
	@$(again) -s program library
	@scripts/bench/run

# The long rounds: NEAP_SOAK=ROUNDS.
soak: deps
	@$(again) -s program library tests
	@$(gate) soak

.PHONY: tests check lint format valgrind bench soak
