#ifndef JIAYUAN_CZLIB_H
#define JIAYUAN_CZLIB_H
#include <stddef.h>

/* gzip over memory. Both write at most `capacity` bytes to `out`, which stays the caller's. */

/* Returns the length, or -1 if `out` is too small. */
long jy_gzip(const unsigned char *in, size_t length, unsigned char *out, size_t capacity);

/* Returns the length, -1 if the data is no whole gzip member, -2 if it inflates past `capacity`. */
long jy_gunzip(const unsigned char *in, size_t length, unsigned char *out, size_t capacity);

/* An upper bound for the output of jy_gzip. */
size_t jy_gzip_bound(size_t length);
#endif
