# SPDX-License-Identifier: GPL-2.0-only
#
# rtalloc.mk - for the Kbuild of a driver outside of rtalloc's tree: where its
# headers are, and what it exports to the kernel that is built for.
#
#	include $(shell pkg-config --variable=kbuild rtalloc)
#
# Installed as PREFIX/share/rtalloc/rtalloc.mk, which says where the rest is. The
# symbols are those of `make install` for the same kernel, or of dkms.
rtalloc-prefix := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))../..)

ccflags-y += -I$(rtalloc-prefix)/include/rtalloc
KBUILD_EXTRA_SYMBOLS += $(firstword $(wildcard \
	$(rtalloc-prefix)/lib/rtalloc/$(KERNELRELEASE)/Module.symvers \
	/var/lib/dkms/rtalloc/*/$(KERNELRELEASE)/*/Module.symvers))
