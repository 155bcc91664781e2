# SPDX-License-Identifier: GPL-2.0
# cpuiso: module, command, tests. "make help" lists the targets.
KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
DESTDIR ?=
KEY ?=
CERT ?=
VERSION := $(shell cat VERSION)
export KDIR PREFIX DESTDIR DEBUG

all: module tool ## the module and the command

module: ## kmod/cpuiso.ko, for KDIR (the running kernel)
	$(MAKE) -C kmod modules

tool: ## userspace/cpuiso
	$(MAKE) -C userspace

sign: module ## sign the module: KEY=MOK.priv CERT=MOK.der
	scripts/sign-module.sh $(KDIR) kmod/cpuiso.ko "$(KEY)" "$(CERT)"

install: install-tool ## module, command, man page, completion, systemd unit
	$(MAKE) -C kmod modules_install INSTALL_MOD_PATH=$(DESTDIR)
	$(if $(DESTDIR),,depmod -a)

install-tool: ## the same without the module, which DKMS may build
	$(MAKE) -C userspace install
	$(MAKE) -C Documentation/man install

uninstall: ## what install has installed
	$(MAKE) -C kmod modules_uninstall INSTALL_MOD_PATH=$(DESTDIR)
	$(MAKE) -C userspace uninstall
	$(MAKE) -C Documentation/man uninstall
	$(if $(DESTDIR),,depmod -a)

# DKMS builds it anew for each kernel that is installed, and signs it where it is told to.
DKMS_DIR = $(DESTDIR)/usr/src/cpuiso-$(VERSION)

dkms-install: ## the module's source for DKMS, which builds it for each kernel
	rm -rf $(DKMS_DIR)
	mkdir -p $(DKMS_DIR)
	cd kmod && find . -name '*.[ch]' ! -name '*.mod.c' -o -name Kbuild -o -name Makefile | sort | \
		xargs -I{} install -D -m 644 {} $(abspath $(DKMS_DIR))/kmod/{}
	install -m 644 VERSION LICENSE $(DKMS_DIR)
	sed 's/@VERSION@/$(VERSION)/' dkms.conf.in > $(DKMS_DIR)/dkms.conf
	$(if $(DESTDIR),,dkms install cpuiso/$(VERSION))

dkms-uninstall: ## take that away
	$(if $(DESTDIR),,-dkms remove cpuiso/$(VERSION) --all)
	rm -rf $(DKMS_DIR)

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
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: all module tool sign install install-tool uninstall dkms-install \
	dkms-uninstall demo test test-debug test-matrix soak check fuzz bench clean help
