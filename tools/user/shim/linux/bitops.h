/* SPDX-License-Identifier: GPL-2.0-only */
/* bits of words and of arrays of words; __ffs() and __fls() require a bit to be set */
#pragma once

#include <linux/bits.h>
#include <linux/kernel.h>

static inline unsigned long __ffs(unsigned long x)
{
	return (unsigned long)__builtin_ctzl(x);
}

static inline unsigned long __fls(unsigned long x)
{
	return BITS_PER_LONG - 1ul - (unsigned long)__builtin_clzl(x);
}

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline u64 ror64(u64 x, unsigned int n)
{
	return x >> (n & 63) | x << (-n & 63);
}

static inline u32 ror32(u32 x, unsigned int n)
{
	return x >> (n & 31) | x << (-n & 31);
}

static inline unsigned long hweight_long(unsigned long x)
{
	return (unsigned long)__builtin_popcountl(x);
}

static inline bool test_bit(unsigned long n, const unsigned long *map)
{
	return map[n / BITS_PER_LONG] >> (n % BITS_PER_LONG) & 1;
}

/*
 * On x86-64 the kernel has one instruction for each of these, so use one where instructions
 * are counted (wcet). With ASan use plain C, so that it sees the access.
 */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)

static inline void __set_bit(unsigned long n, unsigned long *map)
{
	asm volatile("btsq %1,%0" : "+m" (*map) : "r" (n) : "cc", "memory");
}

static inline void __clear_bit(unsigned long n, unsigned long *map)
{
	asm volatile("btrq %1,%0" : "+m" (*map) : "r" (n) : "cc", "memory");
}

static inline bool __test_and_set_bit(unsigned long n, unsigned long *map)
{
	bool was;

	asm volatile("btsq %2,%1" : "=@ccc" (was), "+m" (*map) : "r" (n)
		     : "memory");
	return was;
}

static inline bool __test_and_clear_bit(unsigned long n, unsigned long *map)
{
	bool was;

	asm volatile("btrq %2,%1" : "=@ccc" (was), "+m" (*map) : "r" (n)
		     : "memory");
	return was;
}

#else

static inline void __set_bit(unsigned long n, unsigned long *map)
{
	map[n / BITS_PER_LONG] |= 1ul << (n % BITS_PER_LONG);
}

static inline void __clear_bit(unsigned long n, unsigned long *map)
{
	map[n / BITS_PER_LONG] &= ~(1ul << (n % BITS_PER_LONG));
}

static inline bool __test_and_set_bit(unsigned long n, unsigned long *map)
{
	bool was = test_bit(n, map);

	__set_bit(n, map);
	return was;
}

static inline bool __test_and_clear_bit(unsigned long n, unsigned long *map)
{
	bool was = test_bit(n, map);

	__clear_bit(n, map);
	return was;
}

#endif

static inline unsigned long
find_next_bit(const unsigned long *map, unsigned long size, unsigned long from)
{
	unsigned long word;

	while (from < size) {
		word = map[from / BITS_PER_LONG] >> (from % BITS_PER_LONG);
		if (word)
			return min(from + __ffs(word), size);
		from = (from / BITS_PER_LONG + 1) * BITS_PER_LONG;
	}
	return size;
}
