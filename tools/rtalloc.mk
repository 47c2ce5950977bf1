# SPDX-License-Identifier: GPL-2.0-only
#
# rtalloc.mk - for the Kbuild of a driver outside of rtalloc's tree: sets the include path
# for rtalloc's headers, and its Module.symvers for the kernel that is built for.
#
#	include $(shell pkg-config --print-errors --variable=kbuild rtalloc)
#
# It is installed as PREFIX/share/rtalloc/rtalloc.mk and finds the rest relative to that.
# The symbols are those of `make install` for the same kernel, or of dkms.
rtalloc-mk := $(lastword $(MAKEFILE_LIST))
rtalloc-prefix := $(abspath $(dir $(rtalloc-mk))../..)
rtalloc-symbols := $(firstword $(wildcard \
	$(rtalloc-prefix)/lib/rtalloc/$(KERNELRELEASE)/Module.symvers \
	/var/lib/dkms/rtalloc/*/$(KERNELRELEASE)/*/Module.symvers))

ifeq ($(wildcard $(rtalloc-prefix)/include/rtalloc/rtalloc/rtalloc.h),)
$(error no headers below $(rtalloc-prefix): $(rtalloc-mk) is not one that \
	"make install" of rtalloc has put there)
endif

# Makefile.modpost reads this file, too; warn only there, so that it is printed once.
ifeq ($(rtalloc-symbols),)
ifneq ($(filter %/Makefile.modpost,$(MAKEFILE_LIST)),)
$(warning rtalloc is not installed below $(rtalloc-prefix) for the kernel \
	$(KERNELRELEASE), so its functions are undefined: "make install", with KVER=)
endif
endif

ccflags-y += -I$(rtalloc-prefix)/include/rtalloc
KBUILD_EXTRA_SYMBOLS += $(rtalloc-symbols)
