// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip_def_test.c - lwIP's own names of headers, with the driver's lwipopts.h, and
 * the functions of its def.h.
 */
#include "lwip/opt.h"
#include "lwip/arch.h"
#include "lwip/debug.h"
#include "lwip/def.h"
#include "lwip/err.h"
#include "lwip/init.h"
#include "lwip/mem.h"
#include "lwip/memp.h"
#include "lwip/pbuf.h"
#include "lwip/stats.h"
#include "lwip/sys.h"
#include "lwip/tcpip.h"

#include "kunit/port/port_test.h"

#if NO_SYS || !SYS_LIGHTWEIGHT_PROT
#error "there is an operating system"
#endif
#if !LWIP_STATS || !MEM_STATS || !MEMP_STATS
#error "statistics are always there"
#endif

static const char *headers_have_their_names(void)
{
	mem_size_t before = MEM_STATS_GET(used);
	u8_t *p = mem_malloc(100);
	err_t err = ERR_OK;

	EXPECT(p);
	EXPECT_EQ(PBUF_POOL_SIZE, 5);
	EXPECT_EQ(MEMP_PBUF_POOL, 1);
	EXPECT(MEM_STATS_GET(used) > before);
	mem_free(p);
	EXPECT_EQ(MEM_STATS_GET(used), before);
	EXPECT_EQ(err, 0);
	return NULL;
}

/* pbufs are another module's: here only that the name is there. */
static_assert(sizeof(pbuf_free_callback(NULL)) == sizeof(err_t));

/* What lwIP's thread frees later is freed at once. */
static const char *freed_by_nobody_else(void)
{
	mem_size_t before = MEM_STATS_GET(used);
	void *p = mem_malloc(100);

	EXPECT(p);
	EXPECT_EQ(mem_free_callback(p), ERR_OK);
	EXPECT_EQ(MEM_STATS_GET(used), before);
	return NULL;
}

/* The set-up functions may be called, and do nothing twice. */
static const char *beginning_may_be_called(void)
{
	mem_size_t before = MEM_STATS_GET(used);

	sys_init();
	stats_init();
	mem_init();
	sys_timeouts_init();
	EXPECT_EQ(MEM_STATS_GET(used), before);
	return NULL;
}

/* A whole aligned block fits, at any address of the array. */
static const char *declared_memory_is_aligned(void)
{
	static struct {
		u8_t odd;
		LWIP_DECLARE_MEMORY_ALIGNED(array, 100);
	} memory;
	u8_t *p = LWIP_MEM_ALIGN(memory.array);

	EXPECT_EQ((mem_ptr_t)p % MEM_ALIGNMENT, 0);
	EXPECT(p + 100 <= memory.array + sizeof(memory.array));
	EXPECT_EQ(sizeof(memory.array), 107);
	return NULL;
}

static const char *what_is_no_pointer_is_valid(void)
{
	sys_sem_t sem;

	EXPECT(sys_sem_new(&sem, 0) == ERR_OK);
	EXPECT(sys_sem_valid_val(sem));
	sys_sem_free(&sem);
	EXPECT(!sys_sem_valid_val(sem));
	return NULL;
}

/* 14 and the padding, 20 for IPv4, 20 for TCP: 1516 with a segment, rounded to 8. */
static const char *options_make_headroom(void)
{
	EXPECT_EQ(PBUF_LINK, 16);
	EXPECT_EQ(PBUF_IP, 36);
	EXPECT_EQ(PBUF_TRANSPORT, 56);
	EXPECT_EQ(PBUF_POOL_BUFSIZE, 1520);
	return NULL;
}

/* The format macros match their types. */
static const char *formats_fit_their_types(void)
{
	u8_t small = 7;
	u16_t port = 65535;
	s32_t below = -5;
	mem_size_t size = 300;
	char text[40];

	snprintf(text, sizeof(text), "%" X8_F " %" U16_F " %" S32_F " %" MEM_SIZE_F,
		 small, port, below, size);
	EXPECT(!strcmp(text, "07 65535 -5 300"));
	return NULL;
}

/* The text is @expected, or empty if there is no room for its NUL. */
static const char *itoa_is(int number, const char *expected)
{
	size_t room, length = strlen(expected);
	char text[16];

	for (room = 0; room < sizeof(text); room++) {
		memset(text, 0x5a, sizeof(text));
		lwip_itoa(text, room, number);
		if (room)
			EXPECT(!strcmp(text, room > length ? expected : ""));
		EXPECT(port_filled(text + room, 0x5a, sizeof(text) - room));
	}
	return NULL;
}

static const char *numbers_become_text(void)
{
	TRY(itoa_is(0, "0"));
	TRY(itoa_is(7, "7"));
	TRY(itoa_is(-1, "-1"));
	TRY(itoa_is(1234567890, "1234567890"));
	TRY(itoa_is(-2147483647 - 1, "-2147483648"));
	return NULL;
}

static const char *strings_are_found(void)
{
	static const char text[] = "abc\0bcd";

	EXPECT(lwip_strnstr(text, "", 3) == text);
	EXPECT(lwip_strnstr(text, "", 0) == text);
	EXPECT(lwip_strnstr(text, "ab", 2) == text);
	EXPECT(lwip_strnstr(text, "bc", 3) == text + 1);
	EXPECT(!lwip_strnstr(text, "bc", 2));
	EXPECT(!lwip_strnstr(text, "abcd", 4));
	/* The search ends at the NUL, even if @n is larger. */
	EXPECT(!lwip_strnstr(text, "cd", sizeof(text)));
	EXPECT(lwip_strnistr(text, "", 0) == text);
	EXPECT(lwip_strnistr(text, "BC", 3) == text + 1);
	EXPECT(!lwip_strnistr(text, "BC", 2));
	EXPECT(!lwip_strnistr(text, "cD", sizeof(text)));
	EXPECT(!lwip_memcmp_consttime("abc", "abd", 2));
	EXPECT(lwip_memcmp_consttime("abc", "abd", 3));
	EXPECT(!lwip_memcmp_consttime("x", "y", 0));
	EXPECT(!lwip_stricmp("Eth0", "eTH0"));
	EXPECT(lwip_stricmp("eth0", "eth"));
	EXPECT(!lwip_strnicmp("eth0", "ETH1", 3));
	EXPECT(lwip_strnicmp("eth0", "ETH1", 4));
	return NULL;
}

static const char *numbers_are_made(void)
{
	sys_prot_t level = sys_arch_protect();

	sys_arch_unprotect(level);
	EXPECT_EQ(LWIP_MAKEU32(0xfe, 1, 2, 3), 0xfe010203u);
	EXPECT_EQ(LWIP_VERSION_MAJOR, 2);
	EXPECT_EQ(sizeof(LWIP_PBUF_REF_T), 4);
	EXPECT_EQ(sizeof(((struct pbuf *)NULL)->ref), 4);
	return NULL;
}

#define TEST(name)	{ "lwip_def." #name, name }

const struct port_test lwip_def_tests[] = {
	TEST(headers_have_their_names),
	TEST(numbers_are_made),
	TEST(freed_by_nobody_else),
	TEST(options_make_headroom),
	TEST(beginning_may_be_called),
	TEST(declared_memory_is_aligned),
	TEST(what_is_no_pointer_is_valid),
	TEST(formats_fit_their_types),
	TEST(numbers_become_text),
	TEST(strings_are_found),
	{}
};
