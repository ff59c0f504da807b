#include "CZlib.h"
#include <string.h>
#include <zlib.h>

/* windowBits 15 + 16 asks zlib for the gzip wrapper. */
enum { gzip_window = 15 + 16 };

size_t jy_gzip_bound(size_t length) { return compressBound(length) + 18; }

long jy_gzip(const unsigned char *in, size_t length, unsigned char *out, size_t capacity) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (deflateInit2(&stream, 6, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
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
    if (inflateInit2(&stream, gzip_window) != Z_OK) return -1;
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
