# SPDX-License-Identifier: GPL-2.0
# cpuiso: module, command, tests. "make help" lists the targets.
KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
DESTDIR ?=
export KDIR PREFIX DESTDIR DEBUG

all: module tool ## the module and the command

module: ## kmod/cpuiso.ko, for KDIR (the running kernel)
	$(MAKE) -C kmod modules

tool: ## userspace/cpuiso
	$(MAKE) -C userspace

install: ## module, command, man pages, completion
	$(MAKE) -C kmod modules_install INSTALL_MOD_PATH=$(DESTDIR)
	$(MAKE) -C userspace install
	$(MAKE) -C Documentation/man install
	$(if $(DESTDIR),,depmod -a)

demo: ## watch lighttpd being isolated (CONNS=500 for the long run)
	scripts/demo.sh $(CONNS)

test: ## unit tests here, functional tests in the test machine
	scripts/test.sh

test-debug: ## the functional tests on the kernels that check
	scripts/test-debug.sh

test-matrix: ## build and test on the kernels people run
	scripts/test-matrix.sh

soak: ## isolations come and go in all kinds of trouble (MINUTES=10)
	scripts/soak.sh

check: ## every static check
	scripts/check.sh

fuzz: ## the command's parsers under libFuzzer (MINUTES=1 for each)
	scripts/deps.sh build fuzz
	$(MAKE) -C tests/fuzz run

bench: ## apply beside tuna and the seed's loop
	scripts/bench.sh

clean:
	$(MAKE) -C kmod clean
	$(MAKE) -C userspace clean
	$(MAKE) -C tests/unit clean
	$(MAKE) -C tests/fuzz clean
	$(MAKE) -C tests/functional clean
	$(MAKE) -C Documentation/man clean

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: all module tool install demo test test-debug test-matrix soak check fuzz bench clean help
