/* SPDX-License-Identifier: GPL-2.0-only */
/* tables of singly linked lists */
#pragma once

#include <linux/list.h>

#define DEFINE_HASHTABLE(name, bits)	struct hlist_head name[1 << (bits)]

#define hash_slot_(table, key) \
	(&(table)[((key) >> 6) % ARRAY_SIZE(table)])
#define hash_add_rcu(table, node, key) \
	hlist_add_head(node, hash_slot_(table, key))
#define hash_del_rcu(node)		hlist_del(node)

/* As in the kernel, @pos is NULL after the last entry. */
#define hash_for_each_possible_rcu(table, pos, member, key)		\
	for ((pos) = hlist_entry_(hash_slot_(table, key)->first,	\
				  __typeof__(*(pos)), member);		\
	     (pos);							\
	     (pos) = hlist_entry_((pos)->member.next,			\
				  __typeof__(*(pos)), member))
