# SPDX-License-Identifier: GPL-2.0-only
#
# rtalloc.mk - for the Kbuild of a driver outside of rtalloc's tree: where its
# headers are, and what it exports to the kernel that is built for.
#
#	include $(shell pkg-config --print-errors --variable=kbuild rtalloc)
#
# Installed as PREFIX/share/rtalloc/rtalloc.mk, which says where the rest is. The
# symbols are those of `make install` for the same kernel, or of dkms.
rtalloc-mk := $(lastword $(MAKEFILE_LIST))
rtalloc-prefix := $(abspath $(dir $(rtalloc-mk))../..)
rtalloc-symbols := $(firstword $(wildcard \
	$(rtalloc-prefix)/lib/rtalloc/$(KERNELRELEASE)/Module.symvers \
	/var/lib/dkms/rtalloc/*/$(KERNELRELEASE)/*/Module.symvers))

ifeq ($(wildcard $(rtalloc-prefix)/include/rtalloc/rtalloc/rtalloc.h),)
$(error no headers below $(rtalloc-prefix): $(rtalloc-mk) is not one that \
	"make install" of rtalloc has put there)
endif

# The kernel's makefile that looks for symbols reads this too, and it alone says it.
ifeq ($(rtalloc-symbols),)
ifneq ($(filter %/Makefile.modpost,$(MAKEFILE_LIST)),)
$(warning rtalloc is not installed below $(rtalloc-prefix) for the kernel \
	$(KERNELRELEASE), so its functions are undefined: "make install", with KVER=)
endif
endif

ccflags-y += -I$(rtalloc-prefix)/include/rtalloc
KBUILD_EXTRA_SYMBOLS += $(rtalloc-symbols)
