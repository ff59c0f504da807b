#ifndef JIAYUAN_CZLIB_H
#define JIAYUAN_CZLIB_H
#include <zlib.h>
#endif
