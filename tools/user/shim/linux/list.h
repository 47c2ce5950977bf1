/* SPDX-License-Identifier: GPL-2.0-only */
/* doubly linked circular lists, also under their names for RCU */
#pragma once

#include <linux/kernel.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline void list_add(struct list_head *node, struct list_head *after)
{
	node->next = after->next;
	node->prev = after;
	node->next->prev = node;
	after->next = node;
}

static inline void list_add_tail(struct list_head *node, struct list_head *head)
{
	list_add(node, head->prev);
}

static inline void list_del(struct list_head *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

/* Move the nodes of @list to the front of @head, and leave @list empty. */
static inline void list_splice_init(struct list_head *list,
				    struct list_head *head)
{
	if (list_empty(list))
		return;
	list->next->prev = head;
	list->prev->next = head->next;
	head->next->prev = list->prev;
	head->next = list->next;
	INIT_LIST_HEAD(list);
}

#define list_entry(p, type, member)	container_of(p, type, member)

#define list_first_entry(head, type, member)				\
	list_entry((head)->next, type, member)

#define list_for_each_entry(pos, head, member)				\
	for (struct list_head *at_ = (head)->next; at_ != (head) &&	\
	     ((pos) = list_entry(at_, __typeof__(*(pos)), member), true); \
	     at_ = at_->next)

#define list_for_each_entry_safe(pos, n, head, member)			\
	for (struct list_head *at_ = (head)->next, *next_ = at_->next;	\
	     at_ != (head) &&						\
	     ((pos) = list_entry(at_, __typeof__(*(pos)), member),	\
	      (n) = (pos), (void)(n), true);				\
	     at_ = next_, next_ = next_->next)

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

static inline void hlist_add_head(struct hlist_node *node,
				  struct hlist_head *head)
{
	node->next = head->first;
	node->pprev = &head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
}

static inline void hlist_del(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
}

#define hlist_entry_(node, type, member)				\
	((node) ? list_entry(node, type, member) : NULL)

#define list_first_entry_or_null(head, type, member)			\
	(list_empty(head) ? NULL : list_first_entry(head, type, member))

#define list_add_rcu			list_add
#define list_del_rcu			list_del
#define list_for_each_entry_rcu		list_for_each_entry
