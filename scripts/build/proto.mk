# proto/: C from containerd's messages. The output lives in the build tree.

protos      := $(sort $(shell find proto -name '*.proto'))
proto_c     := $(protos:proto/%.proto=$(B)/proto/%.pb-c.c)
proto_h     := $(proto_c:.c=.h)
proto_o     := $(proto_c:.c=.o)
proto_stamp := $(B)/proto/.stamp

# One run for all of them: they import one another.
$(proto_stamp): $(protos) scripts/build/registry.awk
	@mkdir -p $(B)/proto
	protoc-c --c_out=$(B)/proto --proto_path=proto $(protos)
	awk -v root=$(B)/proto/ -f scripts/build/registry.awk $(protos) $(proto_h) \
	    > $(B)/proto/registry.inc
	@touch $@

$(proto_c): $(proto_stamp) ;

$(B)/proto/%.pb-c.o: $(B)/proto/%.pb-c.c
	$(CC) $(STD) $(CFLAGS) -w -fPIC -I$(B)/proto $(shell pkg-config --cflags libprotobuf-c) -c -o $@ $<
