#include "CZip.h"
#include <minizip/unzip.h>
#include <stdlib.h>
#include <string.h>

struct jy_zip {
    const unsigned char *bytes;
    size_t length;
    size_t place;
    unzFile file;
    int is_open;
};

/* minizip reads through these as from a file; the stream is the handle itself. */
static voidpf ZCALLBACK opened(voidpf opaque, const void *name, int mode) {
    (void)name;
    return (mode & ZLIB_FILEFUNC_MODE_READWRITEFILTER) == ZLIB_FILEFUNC_MODE_READ ? opaque : NULL;
}

static uLong ZCALLBACK read_bytes(voidpf opaque, voidpf stream, void *out, uLong size) {
    (void)opaque;
    jy_zip *zip = stream;
    size_t left = zip->length - zip->place;
    if (size > left) size = left;
    memcpy(out, zip->bytes + zip->place, size);
    zip->place += size;
    return size;
}

static uLong ZCALLBACK write_bytes(voidpf opaque, voidpf stream, const void *in, uLong size) {
    (void)opaque, (void)stream, (void)in, (void)size;
    return 0;
}

static ZPOS64_T ZCALLBACK tell(voidpf opaque, voidpf stream) {
    (void)opaque;
    return ((jy_zip *)stream)->place;
}

static long ZCALLBACK seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin) {
    (void)opaque;
    jy_zip *zip = stream;
    size_t base = origin == ZLIB_FILEFUNC_SEEK_SET ? 0 : origin == ZLIB_FILEFUNC_SEEK_CUR ? zip->place : zip->length;
    if (offset > zip->length - base) return -1;
    zip->place = base + (size_t)offset;
    return 0;
}

static int ZCALLBACK closed(voidpf opaque, voidpf stream) {
    (void)opaque, (void)stream;
    return 0;
}

static int ZCALLBACK failed(voidpf opaque, voidpf stream) {
    (void)opaque, (void)stream;
    return 0;
}

jy_zip *jy_zip_open(const unsigned char *bytes, size_t length) {
    jy_zip *zip = calloc(1, sizeof *zip);
    if (!zip) return NULL;
    zip->bytes = bytes;
    zip->length = length;
    zlib_filefunc64_def functions = {opened, read_bytes, write_bytes, tell, seek, closed, failed, zip};
    zip->file = unzOpen2_64("", &functions);
    if (zip->file) return zip;
    free(zip);
    return NULL;
}

static int finish(jy_zip *zip) {
    if (!zip->is_open) return UNZ_OK;
    zip->is_open = 0;
    return unzCloseCurrentFile(zip->file);
}

void jy_zip_close(jy_zip *zip) {
    if (!zip) return;
    finish(zip);
    unzClose(zip->file);
    free(zip);
}

int jy_zip_select(jy_zip *zip, const char *name) {
    enum { either_case = 2, encrypted_flag = 1 };
    finish(zip);
    int found = unzLocateFile(zip->file, name, either_case);
    if (found == UNZ_END_OF_LIST_OF_FILE) return jy_zip_absent;
    unz_file_info64 info;
    if (found != UNZ_OK || unzGetCurrentFileInfo64(zip->file, &info, NULL, 0, NULL, 0, NULL, 0) != UNZ_OK)
        return jy_zip_damaged;
    if (info.flag & encrypted_flag) return jy_zip_encrypted;
    if (unzOpenCurrentFile(zip->file) != UNZ_OK) return jy_zip_damaged;
    zip->is_open = 1;
    return 0;
}

long jy_zip_read(jy_zip *zip, unsigned char *out, size_t capacity) {
    if (!zip->is_open) return jy_zip_damaged;
    int count = unzReadCurrentFile(zip->file, out, (unsigned)capacity);
    if (count > 0) return count;
    /* Only closing compares the checksum. */
    return count == 0 && finish(zip) == UNZ_OK ? 0 : jy_zip_damaged;
}
