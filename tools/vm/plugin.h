/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * plugin.h - the part of QEMU's plugin interface, version 1, that netprof.c and pathprof.c use.
 * Debian's package has no header for it. Each of them includes it once.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void tb_callback(uint64_t id, struct qemu_plugin_tb *tb);
typedef void run_callback(unsigned int cpu, void *data);
typedef void memory_callback(unsigned int cpu, uint32_t info, uint64_t address,
			     void *data);
typedef void exit_callback(uint64_t id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_callback *callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  run_callback *callback, int flags,
					  void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    run_callback *callback, int flags,
					    void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      memory_callback *callback, int flags,
				      int rw, void *data);
void qemu_plugin_register_atexit_cb(uint64_t id, exit_callback *callback,
				    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

#define READ_OR_WRITE	3

#define VISIBLE	__attribute__((visibility("default")))

VISIBLE int qemu_plugin_version = 1;
VISIBLE int qemu_plugin_install(uint64_t id, const void *info, int argc,
				char **argv);
