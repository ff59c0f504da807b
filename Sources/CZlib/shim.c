#include "CZlib.h"
#include <string.h>
#include <zlib.h>

/* 16 more than the window's bits asks zlib for the gzip wrapper. */
enum { gzip_wrapper = 16, largest_window = 15, smallest_window = 9 };

/* A window that holds all of the input compresses it as well as the largest one; zlib clears 256 kB for that
   with every call, which takes longer than the few hundred bytes of an ordinary push. */
static int window_for(size_t length) {
    int bits = smallest_window;
    while (bits < largest_window && ((size_t)1 << bits) < length) bits++;
    return bits;
}

/* zlib's own bound for any window: an eighth and a sixty-fourth more. */
size_t jy_gzip_bound(size_t length) { return length + length / 8 + length / 64 + 64; }

long jy_gzip(const unsigned char *in, size_t length, unsigned char *out, size_t capacity) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    int window = window_for(length);
    int memory = window < 12 ? window - 4 : 8;
    if (deflateInit2(&stream, 6, Z_DEFLATED, window + gzip_wrapper, memory, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
    stream.next_in = (unsigned char *)in;
    stream.avail_in = (uInt)length;
    stream.next_out = out;
    stream.avail_out = (uInt)capacity;
    int result = deflate(&stream, Z_FINISH);
    deflateEnd(&stream);
    return result == Z_STREAM_END ? (long)stream.total_out : -1;
}

long jy_gunzip(const unsigned char *in, size_t length, unsigned char *out, size_t capacity) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (inflateInit2(&stream, largest_window + gzip_wrapper) != Z_OK) return -1;
    stream.next_in = (unsigned char *)in;
    stream.avail_in = (uInt)length;
    stream.next_out = out;
    stream.avail_out = (uInt)capacity;
    int result = inflate(&stream, Z_FINISH);
    long total = (long)stream.total_out;
    int full = stream.avail_out == 0;
    int left = stream.avail_in > 0;
    inflateEnd(&stream);
    if (result == Z_STREAM_END) return left ? -1 : total;
    return result == Z_BUF_ERROR && full ? -2 : -1;
}
