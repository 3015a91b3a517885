# Neap. Targets are described in README.md; `make help` lists them.
#
#   make demo | check | deps | lint | format | install | bench | valgrind | soak
#   make SAN=address,undefined check      the same tests under a sanitizer

SHELL    := /bin/bash
CC       ?= cc
CFLAGS   ?= -O2 -g
PREFIX   ?= /usr/local
LUA      := lua5.4
LUA_ABI  := 5.4
STD      := -std=c11 -D_GNU_SOURCE
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes -Wwrite-strings -Wvla -Wundef -Werror

comma    := ,
B        := build

# A sanitized build lives in a tree of its own.
ifdef SAN
B        := build/san-$(subst $(comma),-,$(SAN))
CFLAGS   := -O1 -g -fsanitize=$(SAN) -fno-omit-frame-pointer
ifneq ($(SAN),thread)
CFLAGS   += -fno-sanitize-recover=all
endif
LDFLAGS  += -fsanitize=$(SAN)
endif

.DEFAULT_GOAL := all

include scripts/build/proto.mk
include scripts/build/library.mk
include scripts/build/program.mk
include scripts/build/check.mk
include scripts/build/deps.mk
include scripts/build/install.mk

all: program library

clean:
	rm -rf build

.PHONY: all clean
.SECONDARY:
.DELETE_ON_ERROR:
