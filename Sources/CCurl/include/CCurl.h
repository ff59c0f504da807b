#ifndef JIAYUAN_CCURL_H
#define JIAYUAN_CCURL_H
#include <curl/curl.h>
#endif
