#ifndef JIAYUAN_CASSETS_H
#define JIAYUAN_CASSETS_H
#include <stddef.h>

/* Static files carried inside the binary. The bytes live as long as the process. */
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t length;
} jy_asset;

/* Returns the file of that name, or an entry whose bytes are NULL. */
jy_asset jy_asset_named(const char *name);
#endif
