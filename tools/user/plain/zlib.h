/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zlib.h - the functions of zlib that replay calls, for plain text only, because Debian has
 * no zlib for its cross compilers. There, a trace in gzip is an error.
 */
#pragma once

#include <stdio.h>

#define Z_OK		0
#define Z_STREAM_END	1
#define Z_DATA_ERROR	(-3)

typedef FILE *gzFile;

static inline gzFile gzopen(const char *path, const char *mode)
{
	return fopen(path, mode);
}

static inline char *gzgets(gzFile file, char *line, int size)
{
	return fgets(line, size, file);
}

static inline const char *gzerror(gzFile file, int *status)
{
	*status = ferror(file) ? Z_DATA_ERROR : Z_OK;
	return "";
}

static inline int gzclose(gzFile file)
{
	return fclose(file) ? Z_DATA_ERROR : Z_OK;
}
