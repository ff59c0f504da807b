#ifndef JIAYUAN_CXML_H
#define JIAYUAN_CXML_H
#include <stddef.h>

/* XML read piece by piece, over expat. A document that declares a type is refused before its first entity: no format
 * that is read here has one, and entities that name entities are how a kilobyte becomes gigabytes.
 *
 * Ownership: names, attributes and text belong to the parser and live during the call. `context` stays the caller's.
 * A parser is used by one thread at a time; the handlers must not free it. */
typedef struct jy_xml jy_xml;

typedef struct {
    /* Names come without prefix and namespace. `attributes`: name and value by turns, ends with NULL. */
    void (*start)(void *context, const char *name, const char *const *attributes);
    void (*end)(void *context, const char *name);
    void (*text)(void *context, const char *bytes, size_t length);
} jy_xml_handlers;

enum { jy_xml_malformed = -1, jy_xml_declares_type = -2, jy_xml_stopped = -3 };

/* Returns NULL without memory. */
jy_xml *jy_xml_new(jy_xml_handlers handlers, void *context);
void jy_xml_free(jy_xml *xml);

/* Returns 0 or one of the codes above. The last piece may be empty. */
int jy_xml_feed(jy_xml *xml, const unsigned char *bytes, size_t length, int is_last);

/* From within a handler: no handler is called any more. */
void jy_xml_stop(jy_xml *xml);

/* Where reading stands, first line 1. */
size_t jy_xml_line(const jy_xml *xml);
#endif
