# SPDX-License-Identifier: GPL-2.0-only
# The targets that users call. The modules' objects are listed in Kbuild.
#
#   make demo          build, boot the test VM, show everything once
#   make check         all checks that a patch must pass
#   make help          the other targets

SHELL	:= /bin/bash
# The directory of everything that is built: BUILD= or, as in the kernel, O=. Neither
# these nor PREFIX may reach the kernel's own make.
BUILD	?= $(CURDIR)/build
ifeq ($(origin O),command line)
override BUILD := $(O)
MAKEOVERRIDES := $(filter-out O=%,$(MAKEOVERRIDES))
endif
override BUILD := $(if $(filter /%,$(BUILD)),,$(CURDIR)/)$(BUILD)
# These build nothing.
ifneq ($(filter-out help setup,$(or $(MAKECMDGOALS),all)),)
ifneq ($(words $(BUILD)),1)
$(error the kernel's build cannot work in a path with spaces: $(BUILD) (BUILD= names another))
endif
endif
# Targets that boot machines or measure work only in build/, beside the sources.
HERE_ONLY := $(filter demo check check-full vm vm-shell first-driver misuse torture bench style \
	kunit coverage fuzz wcet,$(MAKECMDGOALS))
ifneq ($(HERE_ONLY),)
ifneq ($(BUILD),$(CURDIR)/build)
$(error make $(firstword $(HERE_ONLY)) works in build/ beside the sources: BUILD= is for modules, user, rtheap, docs, packages, install)
endif
endif
ifneq ($(filter user,$(MAKECMDGOALS)),)
ifneq ($(words $(CURDIR)),1)
$(error make user cannot work in a path with spaces: $(CURDIR))
endif
endif
# With make -n the kernel's make is not called.
DRY	:= $(findstring n,$(firstword -$(MAKEFLAGS)))
export RTALLOC_CACHE ?= $(or $(XDG_CACHE_HOME),$(or $(HOME),/root)/.cache)/rtalloc

# The kernel to build for: KVER names one of Debian's (tools/kernels), KDIR any build
# directory; by default it is the running kernel. A kernel of Debian's may need the root
# of another release: WITHIN is the command that runs others there.
ifdef KVER
KDIR	= $(shell tools/headers $(KVER))
WITHIN	= $(shell tools/kernels within $(KVER))
MODDIR	= $(BUILD)/mod-$(KVER)
else
KDIR	?= /lib/modules/$(shell uname -r)/build
MODDIR	= $(BUILD)/mod
endif
# For another architecture: with KVER the modules can be loaded into Debian's kernel for
# it; without, they are compiled with a configured source, for the compiler's warnings.
ifneq ($(and $(ARCH),$(filter modules modules-only,$(MAKECMDGOALS))),)
ifdef KVER
KDIR	= $(shell tools/foreign headers $(ARCH) $(KVER))
MODDIR	= $(BUILD)/mod-$(KVER)-$(ARCH)
MODSETUP = setup-build-$(KVER) setup-foreign-$(ARCH)
else
KDIR	= $(shell tools/cross dir $(ARCH))
MODDIR	= $(BUILD)/mod-$(ARCH)
MODARGS	= $(shell tools/cross make $(ARCH)) KBUILD_MODPOST_WARN=1
MODSETUP = setup-cross-$(ARCH)
endif
endif

# What building modules prints, where only a failure matters.
MODLOG	= build/modules-$(or $(KVER),6.12)$(if $(ARCH),-$(ARCH)).log
SOURCES	:= Kbuild *.c include core backend interface net port bench samples kunit misuse
PREFIX	?= /usr/local
RTALLOC_VERSION = $(shell sed -nE 's/.*RTALLOC_VERSION\s+"([^"]+)".*/\1/p' include/rtalloc/abi.h)
KUNIT_ARGS := $(if $(filter i386 arm,$(ARCH)),,--net) $(if $(filter 1,$(KASAN)),--kasan) $(if $(filter 1,$(KCSAN)),--kcsan) $(if $(filter 1,$(LOCKDEP)),--lockdep) \
	      $(if $(filter 1,$(KMEMLEAK)),--kmemleak) \
	      $(if $(ARCH),--arch $(ARCH))

# target: all           build the modules and the tool, and list what cannot be built here
all:
	+@MAKE="$(MAKE) BUILD=$(BUILD)" KDIR="$(KDIR)" WITHIN="$(WITHIN)" tools/build

help:
	@sed -n 's/^# target: //p' Makefile

# target: modules [KVER=6.1|6.12|6.12-rt|7.3|7.3-rt] [KDIR=dir]  build the modules in build/mod*/
# target: modules ARCH=i386|armhf|arm64|arm64-16k|arm64-64k|riscv64|s390x  only compile
# target:               them for another architecture; with KVER= for Debian's kernel there
# target:               (arm64, arm64-16k)
# Each kernel has a directory of links of its own, so that objects never mix. A source
# package does not contain all of SOURCES.
modules: $(or $(MODSETUP),$(if $(KVER),setup-build-$(KVER))) setup-build modules-only

modules-only:
	@$(WITHIN) test -d "$(KDIR)" || { echo "no kernel headers$(if $(KDIR), at $(KDIR)): install them, or name a kernel with KVER=" >&2; exit 1; }
	@mkdir -p $(MODDIR)
	@for source in $(wildcard $(SOURCES)); do \
		cp -rs --remove-destination "$$PWD/$$source" $(MODDIR)/ || exit; \
	done
	@find $(MODDIR) -xtype l -delete
	@find $(MODDIR) -type d ! -perm -u+w -exec chmod u+w {} +
	+$(if $(DRY),@echo) $(WITHIN) make -C $(KDIR) M=$(MODDIR) $(if $(W),W=$(W)) $(if $(C),C=$(C)) $(MODARGS) modules

# target: setup [FOR="build vm"]  install with apt what these groups of targets need
# target:               (tools/setup --list), by default all that make check needs. Only
# target:               setup, demo and check install anything
setup:
	@tools/setup $(or $(FOR),build vm net kunit user tool browser shells style prove fuzz docs)

# target: demo          build, boot the VM, show everything (the README's first command)
demo: export RTALLOC_SETUP = install
demo: setup-build setup-vm setup-net setup-tool setup-user
	@tools/demo $(KVER)

# target: check         style, user space, proofs, KUnit, VM on 6.12 and 7.3-rt, torture
check:
	@tools/check

# target: check-full    in addition the VM on 6.1, 6.12-rt and 7.3, KASAN, KCSAN, lockdep,
# target:               SMP, longer torture, coverage (tools/check --help: single stages)
check-full:
	@tools/check --full

# target: style         checkpatch --strict, sparse, kernel-doc, W=1
style: setup-style setup-build
	@tools/style

# target: kunit [KASAN=1] [KCSAN=1] [LOCKDEP=1] [KMEMLEAK=1] [ARCH=x86_64|i386|arm64|arm64-16k|arm64-64k|arm|s390]
# target:               the KUnit suites, run by the kernel's kunit.py
kunit: setup-kunit $(if $(ARCH),setup-kunit-$(ARCH))
	@tools/kunit/run $(KUNIT_ARGS)

# target: vm [KVER=...] [ARCH=arm64|arm64-16k]  the VM suite
vm: setup-build $(if $(ARCH),setup-vm-$(ARCH),setup-vm) setup-net setup-tool
	@mkdir -p build
	@$(MAKE) -s modules KVER=$(or $(KVER),6.12) >$(MODLOG) 2>&1 || { cat $(MODLOG); exit 1; }
	@$(MAKE) -s rtheap KVER=$(or $(KVER),6.12)
	@tools/vm/suite --kernel $(or $(KVER),6.12) $(if $(ARCH),--arch $(ARCH))

# target: first-driver [KVER=...]  build the sample of the page "Your first driver" outside
# target:               of the tree, and run it in the test VM
first-driver: setup-build setup-vm setup-tool
	@tools/first-driver $(KVER)

# target: vm-shell [KVER=...]  a shell in the test VM, with the module and rtheap
vm-shell: setup-build setup-vm setup-tool
	@mkdir -p build
	@$(MAKE) -s modules KVER=$(or $(KVER),6.12) >$(MODLOG) 2>&1 || { cat $(MODLOG); exit 1; }
	@$(MAKE) -s rtheap KVER=$(or $(KVER),6.12)
	@tools/outside $(or $(KVER),6.12)
	@tools/vm/run --kernel $(or $(KVER),6.12) --shell --timeout 86400 \
		--file build/mod-$(or $(KVER),6.12)/rtalloc.ko:/rtalloc.ko --file build/rtheap:/bin/rtheap \
		--file build/outside-$(or $(KVER),6.12)/driver/native_irq.ko:/native_irq.ko \
		--script tools/vm/shell.sh -- $$(stty size 2>/dev/null || echo 24 80) $${TERM:-dumb}

# target: misuse [KVER=...]  make a driver's usual mistakes, and see which allocator notices
misuse: setup-build setup-vm
	@$(MAKE) -s modules KVER=$(or $(KVER),6.12) >$(MODLOG) 2>&1 || { cat $(MODLOG); exit 1; }
	@tools/misuse $(or $(KVER),6.12)

# target: torture [KVER=6.12] [SMP=4] [SECONDS=60] [SEED=n] [FUZZ=1]  everything at
# target:               once in the VM; with FUZZ=1 mostly garbage written to debugfs
torture: setup-build setup-vm
	@mkdir -p build
	@$(MAKE) -s modules KVER=$(or $(KVER),6.12) >$(MODLOG) 2>&1 || { cat $(MODLOG); exit 1; }
	@tools/vm/torture --kernel $(or $(KVER),6.12) --smp $(or $(SMP),4) --seconds $(or $(SECONDS),60) \
		$(if $(SEED),--seed $(SEED)) $(if $(FUZZ),--fuzz)

# target: user [ARCH=i386|armhf|arm64|riscv64|s390x|powerpc]  build the user-space
# target:               suites of the backends (golden, replay, unit); with ARCH= also
# target:               run them in QEMU
user: setup-user $(if $(ARCH),setup-user-$(ARCH))
	$(MAKE) -C tools/user BUILD=$(BUILD) $(if $(ARCH),check)

# target: rtheap        the command-line tool, build/rtheap
rtheap: setup-tool $(if $(ARCH),setup-foreign-$(ARCH)) rtheap-only

rtheap-only:
ifeq ($(ARCH),)
	$(MAKE) -C tools/rtheap BUILD=$(BUILD)
else
	$(MAKE) -C tools/rtheap BUILD=$(BUILD)/$(ARCH) CROSS=aarch64-linux-gnu \
		SYSROOT=$$(tools/foreign programs $(ARCH))
endif

# target: bench         measure every figure: build/figures.tsv and tables
bench: setup-build setup-vm setup-net setup-tool setup-user setup-kunit
	@bench/run
	@bench/run --um
	@bench/net
	@bench/netprof
	@$(MAKE) -s user
	build/user/replay --figures build/figures.tsv bench/traces/*.trace.gz

# target: wcet          count every backend's worst cases and compare them with its bounds
wcet: setup-user
	@$(MAKE) -s -C tools/user BUILD=$(BUILD) \
		$(BUILD)/user/wcet $(BUILD)/user/wcet_percpu
	@tools/user/wcet
	@tools/user/wcet --program $(BUILD)/user/wcet_percpu --region 1MiB \
		--region 16MiB

# target: fuzz [BACKEND=name] [SECONDS=60]  libFuzzer on each backend and rtheap's readers
fuzz: setup-user setup-fuzz setup-tool
	@$(MAKE) -s -C tools/user BUILD=$(BUILD) $(BUILD)/user/fuzz $(BUILD)/user/fuzz_pbuf
	@tools/user/fuzz $(if $(BACKEND),--backend $(BACKEND)) --seconds $(or $(SECONDS),60)
	@$(if $(BACKEND),,$(MAKE) -s -C tools/rtheap BUILD=$(BUILD) fuzz SECONDS=20)

# target: prove         proofs: TLSF's classes, sizes that do not wrap, slab's tree
prove: setup-prove
	@tools/prove/prove

# target: coverage      lines that all suites together reach, at least 95 %
coverage: setup-user setup-kunit setup-coverage
	@tools/coverage/coverage

# target: docs          HTML pages with Sphinx, build/docs/html
docs: setup-docs
	sphinx-build -q -W -b html Documentation $(BUILD)/docs/html

# target: docs-width    check in a headless browser that each page fits 1280 pixels
docs-width: docs setup-browser
	@tools/docs-width $(BUILD)/docs/html

# target: screenshots   make the pictures in Documentation/pictures/ again
screenshots: setup-browser setup-build setup-vm setup-tool
	@$(MAKE) -s modules KVER=6.12 >$(MODLOG) 2>&1 || { cat $(MODLOG); exit 1; }
	@$(MAKE) -s rtheap
	@tools/screenshots

# target: install       modules, tool, man page, and what drivers outside of the tree need
# target:               (headers, Module.symvers, rtalloc.mk, rtalloc.pc): PREFIX=,
# target:               DESTDIR=, for the modules also INSTALL_MOD_PATH=. depmod runs
# target:               only if neither DESTDIR nor INSTALL_MOD_PATH is given
# DESTDIR is used from several directories, so it must be an absolute path.
ifneq ($(filter install%,$(MAKECMDGOALS)),)
ifneq ($(DESTDIR),)
ifeq ($(filter /%,$(firstword $(DESTDIR))),)
$(error DESTDIR must begin with /: $(DESTDIR))
endif
endif
endif

install: export NO_BENCH = 1
install: modules rtheap install-modules install-headers
	$(MAKE) -C tools/rtheap BUILD=$(BUILD) "DESTDIR=$(DESTDIR)" \
		"PREFIX=$(PREFIX)" install

# Install by the kernel's own rules (signing, compression) into a directory below BUILD
# first: these rules do not support spaces, and the root of another release sees only
# this directory.
install-modules: export NO_BENCH = 1
install-modules: modules
	rm -rf $(BUILD)/staged
	env -u MAKEFLAGS -u MFLAGS $(WITHIN) make -C $(KDIR) M=$(MODDIR) \
		INSTALL_MOD_PATH=$(BUILD)/staged INSTALL_MOD_STRIP=1 \
		$(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=) \
		DEPMOD=true modules_install
	tools/put-modules $(BUILD)/staged $(MODDIR)/Module.symvers \
		"$(or $(INSTALL_MOD_PATH),$(DESTDIR))" "$(DESTDIR)$(PREFIX)"

install-headers:
	cd include && find rtalloc -name '*.h' -exec install -D -m 644 {} \
		"$(DESTDIR)$(PREFIX)/include/rtalloc/"{} \;
	install -D -m 644 -t "$(DESTDIR)$(PREFIX)/share/rtalloc/native_irq" \
		samples/native_irq/*
	install -D -m 644 tools/rtalloc.mk \
		"$(DESTDIR)$(PREFIX)/share/rtalloc/rtalloc.mk"
	install -d "$(DESTDIR)$(PREFIX)/share/pkgconfig"
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(RTALLOC_VERSION)|' tools/rtalloc.pc \
		>"$(DESTDIR)$(PREFIX)/share/pkgconfig/rtalloc.pc"

# target: packages      build the Debian packages rtalloc-dkms, rtheap, librtalloc-dev
packages: setup-packages
	tools/package $(BUILD)/packages

# target: try-packages [SUITE="bookworm trixie"]  build, install and load the packages
# target:               in clean roots of Debian's releases
try-packages: setup-try-packages
	tools/try-packages $(SUITE)

# target: clean         remove what was built here; the cache of kernels stays
clean:
	rm -rf $(BUILD)/{mod,mod-*,staged,rtheap,rtheap.d,user,docs,packages}
	[[ $(BUILD) != "$(CURDIR)/build" ]] || rm -rf build

# Report which packages are missing; with RTALLOC_SETUP=install, install them.
setup-%:
	@tools/setup $(if $(RTALLOC_SETUP),,--check) $*

.PHONY: all help setup modules modules-only rtheap-only demo check check-full style kunit vm \
	vm-shell first-driver misuse torture user rtheap bench wcet fuzz prove coverage docs docs-width screenshots install \
	install-modules install-headers packages try-packages clean
