# SPDX-License-Identifier: GPL-2.0-only
# What people type. No objects here: those are in Kbuild.
#
#   make demo          build, boot the test VM, show everything once
#   make check         all gates and suites of the first rank
#   make help          the rest

SHELL	:= /bin/bash
ifneq ($(words $(CURDIR)),1)
$(error the kernel's build cannot work in a path with spaces: $(CURDIR))
endif
export RTALLOC_CACHE ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/rtalloc

# Which kernel to build for: KVER names one of Debian's (tools/kernels); KDIR any
# build directory. Without either: the running kernel. Debian's may need a root of
# another release: WITHIN is what runs a command there.
ifdef KVER
KDIR	= $(shell tools/headers $(KVER))
WITHIN	= $(shell tools/kernels within $(KVER))
MODDIR	= build/mod-$(KVER)
else
KDIR	?= /lib/modules/$(shell uname -r)/build
MODDIR	= build/mod
endif
# For another machine: with KVER Debian's kernel for it, to be loaded; without
# only a configured source, for the compiler's warnings.
ifneq ($(and $(ARCH),$(filter modules modules-only,$(MAKECMDGOALS))),)
ifdef KVER
KDIR	= $(shell tools/foreign headers $(ARCH) $(KVER))
MODDIR	= build/mod-$(KVER)-$(ARCH)
MODSETUP = setup-build-$(KVER) setup-foreign-$(ARCH)
else
KDIR	= $(shell tools/cross dir $(ARCH))
MODDIR	= build/mod-$(ARCH)
MODARGS	= $(shell tools/cross make $(ARCH)) KBUILD_MODPOST_WARN=1
MODSETUP = setup-cross-$(ARCH)
endif
endif

SOURCES	:= Kbuild $(wildcard *.c) include core backend interface net port bench samples kunit misuse
PREFIX	?= /usr/local
KUNIT_ARGS := $(if $(filter i386 arm,$(ARCH)),,--net) $(if $(filter 1,$(KASAN)),--kasan) $(if $(filter 1,$(KCSAN)),--kcsan) $(if $(filter 1,$(LOCKDEP)),--lockdep) \
	      $(if $(filter 1,$(KMEMLEAK)),--kmemleak) \
	      $(if $(ARCH),--arch $(ARCH))

all: modules

help:
	@sed -n 's/^# target: //p' Makefile

# target: modules [KVER=6.1|6.12|6.12-rt|7.3|7.3-rt] [KDIR=dir]  rtalloc.ko into build/mod*/
# target: modules ARCH=i386|armhf|arm64|riscv64|s390x  compiled for another machine, to
# target:               see that they can be; with KVER=6.12 for its Debian (arm64)
# One directory of links for each kernel, so that their objects never mix.
modules: $(or $(MODSETUP),$(if $(KVER),setup-build-$(KVER))) setup-build modules-only

modules-only:
	@$(WITHIN) test -d "$(KDIR)" || { echo "no kernel headers at $(KDIR): install them, or name a kernel with KVER=" >&2; exit 1; }
	@mkdir -p $(MODDIR)
	@cp -rs --remove-destination $(addprefix $(CURDIR)/,$(SOURCES)) $(MODDIR)/
	@find $(MODDIR) -xtype l -delete
	+$(WITHIN) make -C $(KDIR) M=$(CURDIR)/$(MODDIR) $(if $(W),W=$(W)) $(if $(C),C=$(C)) $(MODARGS) modules

# target: demo          build, boot the VM, show it all (the README's first command)
demo: setup-build setup-vm setup-net setup-tool setup-user
	@tools/demo $(KVER)

# target: check         style, user space, proofs, KUnit, VM on 6.12 and 7.3-rt, torture
check:
	@tools/check

# target: check-full    also VM on 6.1, 6.12-rt and 7.3, KASAN, KCSAN, lockdep, SMP, longer
# target:               torture, coverage (tools/check --help: single stages, table)
check-full:
	@tools/check --full

# target: style         checkpatch --strict, sparse, kernel-doc, W=1
style: setup-style setup-build
	@tools/style

# target: kunit [KASAN=1] [KCSAN=1] [LOCKDEP=1] [KMEMLEAK=1] [ARCH=x86_64|i386|arm64|arm|s390]  KUnit by the kernel's kunit.py
kunit: setup-kunit $(if $(ARCH),setup-kunit-$(ARCH))
	@tools/kunit/run $(KUNIT_ARGS)

# target: vm [KVER=...] [ARCH=arm64]  the VM suite
vm: setup-build $(if $(ARCH),setup-vm-$(ARCH),setup-vm) setup-net setup-tool
	@mkdir -p build
	@$(MAKE) -s modules KVER=$(or $(KVER),6.12) >build/modules.log 2>&1 || { cat build/modules.log; exit 1; }
	@$(MAKE) -s rtheap KVER=$(or $(KVER),6.12)
	@tools/vm/suite --kernel $(or $(KVER),6.12) $(if $(ARCH),--arch $(ARCH))

# target: vm-shell [KVER=...]  a shell in the test VM, with the module and rtheap
vm-shell: setup-build setup-vm setup-tool
	@mkdir -p build
	@$(MAKE) -s modules KVER=$(or $(KVER),6.12) >build/modules.log 2>&1 || { cat build/modules.log; exit 1; }
	@$(MAKE) -s rtheap KVER=$(or $(KVER),6.12)
	@tools/vm/run --kernel $(or $(KVER),6.12) --shell --timeout 86400 \
		--file build/mod-$(or $(KVER),6.12)/rtalloc.ko:/rtalloc.ko --file build/rtheap:/bin/rtheap \
		--script tools/vm/shell.sh -- $$(stty size 2>/dev/null || echo 24 80) $${TERM:-dumb}

# target: misuse [KVER=...]  what drivers do wrong, and which allocator sees it
misuse: setup-build setup-vm
	@$(MAKE) -s modules KVER=$(or $(KVER),6.12) >build/modules.log 2>&1 || { cat build/modules.log; exit 1; }
	@tools/misuse $(or $(KVER),6.12)

# target: torture [KVER=6.12] [SMP=4] [SECONDS=60] [SEED=n] [FUZZ=1]  everything at
# target:               once in the VM, or mostly garbage into debugfs
torture: setup-build setup-vm
	@mkdir -p build
	@$(MAKE) -s modules KVER=$(or $(KVER),6.12) >build/modules.log 2>&1 || { cat build/modules.log; exit 1; }
	@tools/vm/torture --kernel $(or $(KVER),6.12) --smp $(or $(SMP),4) --seconds $(or $(SECONDS),60) \
		$(if $(SEED),--seed $(SEED)) $(if $(FUZZ),--fuzz)

# target: user [ARCH=i386|armhf|arm64|riscv64|s390x|powerpc|m68k]  the backends in
# target:               user space: golden, replay, unit; with ARCH also run, by QEMU
user: setup-user $(if $(ARCH),setup-user-$(ARCH))
	$(MAKE) -C tools/user BUILD=$(CURDIR)/build $(if $(ARCH),check)

# target: rtheap        the command-line tool, build/rtheap
rtheap: setup-tool
ifeq ($(ARCH),)
	$(MAKE) -C tools/rtheap BUILD=$(CURDIR)/build
else
	$(MAKE) -C tools/rtheap BUILD=$(CURDIR)/build/$(ARCH) CROSS=aarch64-linux-gnu \
		SYSROOT=$$(tools/foreign root $(ARCH) $(or $(KVER),6.12))
endif

# target: bench         every figure, build/figures.tsv and tables
bench: setup-build setup-vm setup-net setup-tool setup-user setup-kunit
	@bench/run
	@bench/run --um
	@bench/net
	@$(MAKE) -s user
	build/user/replay --figures build/figures.tsv bench/traces/*.trace.gz

# target: wcet          every backend's worst cases, counted; against its bounds
wcet: setup-user
	@$(MAKE) -s -C tools/user BUILD=$(CURDIR)/build $(CURDIR)/build/user/wcet
	@tools/user/wcet

# target: fuzz [BACKEND=name] [SECONDS=60]  libFuzzer over each backend, and rtheap's readers
fuzz: setup-user setup-fuzz setup-tool
	@$(MAKE) -s -C tools/user BUILD=$(CURDIR)/build $(CURDIR)/build/user/fuzz $(CURDIR)/build/user/fuzz_pbuf
	@tools/user/fuzz $(if $(BACKEND),--backend $(BACKEND)) --seconds $(or $(SECONDS),60)
	@$(if $(BACKEND),,$(MAKE) -s -C tools/rtheap BUILD=$(CURDIR)/build fuzz SECONDS=20)

# target: prove         proofs: TLSF's classes, sizes that do not wrap, slab's tree
prove: setup-prove
	@tools/prove/prove

# target: coverage      lines reached by all suites together, at least 95 %
coverage: setup-user setup-kunit setup-coverage
	@tools/coverage/coverage

# target: docs          HTML by Sphinx, build/docs/html
docs: setup-docs
	sphinx-build -q -W -b html Documentation build/docs/html

# target: install       module (modules_install, INSTALL_MOD_PATH=), tool and
# target:               man page (PREFIX=, DESTDIR=)
install: export NO_BENCH = 1
install: modules rtheap
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(MODDIR) modules_install
	$(MAKE) -C tools/rtheap BUILD=$(CURDIR)/build PREFIX=$(PREFIX) install

# target: clean         what was built here; the cache of kernels stays
clean:
	rm -rf build

setup-%:
	@tools/setup $*

.PHONY: all help modules modules-only demo check check-full style kunit vm vm-shell misuse \
	torture user rtheap bench wcet fuzz prove coverage docs install clean
