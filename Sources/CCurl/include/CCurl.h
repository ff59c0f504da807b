#ifndef JIAYUAN_CCURL_H
#define JIAYUAN_CCURL_H
#include <stddef.h>

/* One HTTP exchange over libcurl, blocking. The variadic options stay behind this header.
 *
 * Ownership: a client is made and freed by its caller and used by one thread at a time; it keeps its
 * connection alive between calls. Strings and bodies passed in are only read during the call. The
 * response's body belongs to the client and lives until the next call or jy_client_free. */
typedef struct jy_client jy_client;

/* A flag that any thread may set, once, while transfers on others look at it. */
typedef struct jy_stop jy_stop;

typedef struct {
    const char *method;
    const char *url;
    const char *unix_socket;   /* path, or NULL for TCP */
    const char *ca_file;       /* PEM file, or NULL for the system's */
    const char *const *headers; /* "Name: value", ends with NULL */
    const unsigned char *body;
    size_t body_length;
    long connect_ms;
    long total_ms;
    size_t response_limit;     /* decoded bytes; more is an error */
    const jy_stop *stop;       /* aborts the transfer once it is set; or NULL */
} jy_request;

typedef struct {
    long status;               /* 0 if no answer came */
    long retry_after;          /* seconds, 0 if not said */
    const unsigned char *body;
    size_t length;
    char content_type[128];
    char etag[128];
    char error[256];           /* why no answer came */
} jy_response;

jy_stop *jy_stop_new(void);
void jy_stop_free(jy_stop *stop);
void jy_stop_set(jy_stop *stop);
int jy_stop_is_set(const jy_stop *stop);

jy_client *jy_client_new(void);
void jy_client_free(jy_client *client);
void jy_perform(jy_client *client, const jy_request *request, jy_response *response);
#endif
