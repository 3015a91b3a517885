# What Neap needs from the distribution, to build, to run and to be tested.
# Debian 12's names; scripts/deps installs those that are missing.

packages := gcc g++ libc6-dev make pkg-config \
    protobuf-compiler protobuf-c-compiler libprotobuf-c-dev \
    libgrpc-dev libabsl-dev libc-ares-dev libre2-dev libssl-dev zlib1g-dev \
    libuv1-dev uthash-dev libjson-c-dev libyaml-dev liblua5.4-dev lua5.4 lua-luv lua-argparse \
    containerd runc tini golang-github-containers-common busybox-static procps

# The gate's own: specs, lint, and the .proto files that ours are compared with.
packages += lua-busted lua-check lua-filesystem clang-format \
    golang-github-containerd-containerd-dev \
    golang-github-containerd-cgroups-dev golang-github-gogo-protobuf-dev \
    golang-github-gogo-googleapis-dev golang-google-grpc-dev

deps:
	@scripts/deps $(packages)

# Everything below deps asks pkg-config for its flags, so it is made by a second
# make, which begins when the packages are there.
again := $(MAKE) --no-print-directory

demo: deps
	@$(again) -s program
	@NEAP_BUILD=$(B) scripts/demo

.PHONY: deps demo
