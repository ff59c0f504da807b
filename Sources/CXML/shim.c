#include "CXML.h"
#include <expat.h>
#include <stdlib.h>
#include <string.h>

struct jy_xml {
    XML_Parser parser;
    jy_xml_handlers handlers;
    void *context;
    int has_type;
    int is_stopped;
};

enum { separator = '\n', most_attributes = 64 };

/* What stands behind the namespace. */
static const char *local(const char *name) {
    const char *behind = strrchr(name, separator);
    return behind ? behind + 1 : name;
}

static void XMLCALL started(void *data, const XML_Char *name, const XML_Char **attributes) {
    jy_xml *xml = data;
    if (xml->is_stopped) return;
    const char *plain[2 * most_attributes + 1];
    size_t count = 0;
    for (; attributes[count] && count < 2 * most_attributes; count += 2) {
        plain[count] = local(attributes[count]);
        plain[count + 1] = attributes[count + 1];
    }
    plain[count] = NULL;
    xml->handlers.start(xml->context, local(name), plain);
}

static void XMLCALL ended(void *data, const XML_Char *name) {
    jy_xml *xml = data;
    if (!xml->is_stopped) xml->handlers.end(xml->context, local(name));
}

static void XMLCALL texted(void *data, const XML_Char *bytes, int length) {
    jy_xml *xml = data;
    if (!xml->is_stopped) xml->handlers.text(xml->context, bytes, (size_t)length);
}

static void XMLCALL typed(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has) {
    (void)name, (void)system, (void)public, (void)has;
    jy_xml *xml = data;
    xml->has_type = 1;
    XML_StopParser(xml->parser, XML_FALSE);
}

jy_xml *jy_xml_new(jy_xml_handlers handlers, void *context) {
    jy_xml *xml = calloc(1, sizeof *xml);
    if (!xml) return NULL;
    xml->parser = XML_ParserCreateNS(NULL, separator);
    if (!xml->parser) {
        free(xml);
        return NULL;
    }
    xml->handlers = handlers;
    xml->context = context;
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, started, ended);
    XML_SetCharacterDataHandler(xml->parser, texted);
    XML_SetStartDoctypeDeclHandler(xml->parser, typed);
    return xml;
}

void jy_xml_free(jy_xml *xml) {
    if (!xml) return;
    XML_ParserFree(xml->parser);
    free(xml);
}

int jy_xml_feed(jy_xml *xml, const unsigned char *bytes, size_t length, int is_last) {
    enum XML_Status status = XML_Parse(xml->parser, (const char *)bytes, (int)length, is_last);
    if (xml->has_type) return jy_xml_declares_type;
    if (xml->is_stopped) return jy_xml_stopped;
    return status == XML_STATUS_OK ? 0 : jy_xml_malformed;
}

void jy_xml_stop(jy_xml *xml) {
    xml->is_stopped = 1;
    XML_StopParser(xml->parser, XML_FALSE);
}

size_t jy_xml_line(const jy_xml *xml) { return XML_GetCurrentLineNumber(xml->parser); }
