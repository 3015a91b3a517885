# Neap. What can be made, which `make help` prints too:
#
#   make              build the program and the library, in build/
#   make demo         install what is missing, build, run a script in real containers
#   make check        the same, then lint and every test
#   make deps         install the distribution's packages that are missing
#   make install      PREFIX=/usr/local DESTDIR=
#   make lint         layers, public surface, format, luacheck
#   make format       format the C
#   make valgrind     the bindings' specs under valgrind
#   make bench        measure, beside the peers that are installed
#   make soak         the long rounds, half an hour of them (NEAP_SOAK=20)
#   make clean        remove build/
#
#   make SAN=address,undefined check      the same tests under a sanitizer
#   make SAN=thread check

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

help:
	@sed -n 's/^#   //p' Makefile

.PHONY: all clean help
.SECONDARY:
.DELETE_ON_ERROR:
