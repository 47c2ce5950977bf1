/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of commands, and the reading of their options.
 */
#ifndef _RTHEAP_OPTIONS_H
#define _RTHEAP_OPTIONS_H

#include <argp.h>

#include "rtheap.h"

enum option_key {
	KEY_REGION = 0x100,
	KEY_ALIGN,
	KEY_MODE,
	KEY_PROTECT,
	KEY_RAW_LOCK,
	KEY_ELEM,
	KEY_ELEMENTS,
	KEY_HEADER,
	KEY_HIGH_FIRST,
	KEY_GUARDS,
	KEY_CHECKED,
	KEY_QUARANTINE,
	KEY_PERCPU,
	KEY_PERCPU_BYTES,
	KEY_FORCE,
	KEY_PHYS,
	KEY_OWNER,
	KEY_ZERO,
	KEY_COUNT,
	KEY_JSON,
	KEY_WIDTH,
	KEY_HEIGHT,
	KEY_WATCH,
	KEY_SECONDS,
	KEY_BUFFER,
	KEY_QUIET,
	KEY_KEEP,
	KEY_SIZE,
	KEY_BACKEND,
	KEY_COUNTER,
	KEY_SVG,
	KEY_PNG,
	KEY_TOP,
	KEY_FOLDED,
	KEY_HEAP,
	KEY_PID,
	KEY_CPU,
	KEY_SITE,
	KEY_BYTES,
	KEY_FORMAT,
	KEY_ON,
	KEY_OFF,
	KEY_SITES,
};

/* commands.c */
extern const struct command commands[];
extern const size_t command_count;

/* options.c: the argp parser of all commands, and checks of arguments */
error_t parse_command(int key, char *arg, struct argp_state *state);
const char *take_size(struct argp_state *state, const char *arg);
const char *take_name(struct argp_state *state, const char *arg);

#endif /* _RTHEAP_OPTIONS_H */
