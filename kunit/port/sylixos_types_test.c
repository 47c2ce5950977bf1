// SPDX-License-Identifier: GPL-2.0-only
/*
 * sylixos_types_test.c - SylixOS's general-purpose macros and functions. The #include line
 * is that of the original.
 */
#include <SylixOS.h>

#include "kunit/port/port_test.h"

typedef struct {
	INT iNumber;
	LW_LIST_LINE lineManage;
} THING;

static const char *types_are_as_wide(void)
{
	EXPECT(sizeof(INT8) == 1 && sizeof(UINT8) == 1 && (INT8)~0 < 0);
	EXPECT(sizeof(INT16) == 2 && sizeof(UINT16) == 2 && (UINT16)~0 > 0);
	EXPECT(sizeof(INT32) == 4 && sizeof(UINT32) == 4 && (INT32)~0 < 0);
	EXPECT(sizeof(INT64) == 8 && sizeof(UINT64) == 8 && (UINT64)~0 > 0);
	EXPECT(sizeof(ULONG) == sizeof(PVOID) && sizeof(addr_t) == sizeof(PVOID));
	EXPECT(ROUND_UP(1001, 8) == 1008 && ROUND_DOWN(1001, 8) == 1000);
	return NULL;
}

/* Convert the items of a list to a number, one digit each. */
static INT digits(LW_LIST_LINE_HEADER header)
{
	PLW_LIST_LINE line;
	INT n = 0;

	for (line = header; line; line = _list_line_get_next(line))
		n = 10 * n + _LIST_ENTRY(line, THING, lineManage)->iNumber;
	return n;
}

static const char *chain_goes_both_ways(void)
{
	LW_LIST_LINE_HEADER header = LW_NULL;
	THING thing[4];
	INT i;

	for (i = 0; i < 4; i++) {
		thing[i].iNumber = i + 1;
		_List_Line_Add_Ahead(&thing[i].lineManage, &header);
	}
	EXPECT(digits(header) == 4321);
	EXPECT(_list_line_get_prev(&thing[0].lineManage) ==
	       &thing[1].lineManage);
	_List_Line_Del(&thing[2].lineManage, &header);	/* in the middle */
	EXPECT(digits(header) == 421);
	_List_Line_Del(&thing[3].lineManage, &header);	/* the first */
	EXPECT(digits(header) == 21 &&
	       !_list_line_get_prev(&thing[1].lineManage));
	_List_Line_Del(&thing[0].lineManage, &header);	/* the last */
	EXPECT(digits(header) == 2);
	_List_Line_Del(&thing[1].lineManage, &header);
	EXPECT(!header);
	return NULL;
}

static const char *lock_and_memory(void)
{
	static LW_SPIN_DEFINE(lock);
	CHAR text[4] = "abc";
	INTREG level;

	LW_SPIN_INIT(&lock);
	LW_SPIN_LOCK_QUICK(&lock, &level);
	lib_strlcpy(text, "xyz12", sizeof(text));
	LW_SPIN_UNLOCK_QUICK(&lock, level);
	EXPECT(!lib_strcmp(text, "xyz") && lib_strlen(text) == 3);
	lib_bzero(text, sizeof(text));
	EXPECT(port_filled(text, 0, sizeof(text)));
	return NULL;
}

static const char *system_heap_by_its_own_names(void)
{
	PVOID p = __SHEAP_ALLOC(100);

	EXPECT(p);
	p = __SHEAP_REALLOC(p, 200);
	EXPECT(p && !__SHEAP_FREE(p));
	p = __SHEAP_ALLOC_ALIGN(100, 256);
	EXPECT(p && !((addr_t)p % 256) && !__SHEAP_FREE(p));
	p = __SHEAP_ZALLOC(100);
	EXPECT(p && port_filled(p, 0, 100) && !__SHEAP_FREE(p));
	return NULL;
}

#define TEST(test) { "sylixos_types." #test, test }

const struct port_test sylixos_types_tests[] = {
	TEST(types_are_as_wide),
	TEST(chain_goes_both_ways),
	TEST(lock_and_memory),
	TEST(system_heap_by_its_own_names),
	{}
};
