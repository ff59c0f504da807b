#ifndef JIAYUAN_CZIP_H
#define JIAYUAN_CZIP_H
#include <stddef.h>

/* The files of a ZIP archive that lies in memory, over minizip. Nothing is written to a disk, whatever names the
 * archive has.
 *
 * Ownership: `bytes` stays the caller's and must live until jy_zip_close. One file is open at a time; opening
 * another one closes it. A handle is used by one thread at a time. */
typedef struct jy_zip jy_zip;

enum { jy_zip_damaged = -1, jy_zip_absent = -2, jy_zip_encrypted = -3 };

/* Returns NULL if there is no directory of an archive in the bytes. */
jy_zip *jy_zip_open(const unsigned char *bytes, size_t length);
void jy_zip_close(jy_zip *zip);

/* Opens a file by its name; letters of either case are the same. Returns 0 or one of the codes above. */
int jy_zip_select(jy_zip *zip, const char *name);

/* Inflates at most `capacity` bytes of the open file. Returns how many, 0 at its end (and then its checksum was
 * right), or jy_zip_damaged. */
long jy_zip_read(jy_zip *zip, unsigned char *out, size_t capacity);
#endif
