#include "CQRCode.h"
#include <qrencode.h>

int jy_qr(const char *text, unsigned char *modules, size_t capacity) {
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!code) return -1;
    int width = code->width;
    size_t count = (size_t)width * (size_t)width;
    if (count <= capacity)
        /* The lowest bit is the colour; the others say what a module is for. */
        for (size_t i = 0; i < count; i++) modules[i] = code->data[i] & 1;
    QRcode_free(code);
    return count <= capacity ? width : -1;
}
