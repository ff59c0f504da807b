#ifndef JIAYUAN_CQRCODE_H
#define JIAYUAN_CQRCODE_H
#include <stddef.h>

/* Draws a text as a QR code that still reads with a sixth of it dirty (level M).
   `modules`, which stays the caller's, gets width * width bytes row by row, 1 for dark, without the quiet zone.
   Returns the width, or -1 if the text fits no code or the code not into `capacity`. */
int jy_qr(const char *text, unsigned char *modules, size_t capacity);
#endif
