#include "CCurl.h"
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct jy_stop { atomic_int is_set; };

struct jy_client {
    CURL *easy;
    unsigned char *body;
    size_t length, capacity, limit;
    const jy_stop *stop;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void global_init(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static size_t take(char *bytes, size_t size, size_t count, void *context) {
    jy_client *client = context;
    size_t length = size * count;
    if (client->length + length > client->limit) return 0;
    if (client->length + length > client->capacity) {
        size_t capacity = (client->length + length) * 2;
        unsigned char *grown = realloc(client->body, capacity);
        if (!grown) return 0;
        client->body = grown;
        client->capacity = capacity;
    }
    memcpy(client->body + client->length, bytes, length);
    client->length += length;
    return length;
}

static int progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    const jy_client *client = context;
    (void)a, (void)b, (void)c, (void)d;
    return client->stop && jy_stop_is_set(client->stop);
}

jy_stop *jy_stop_new(void) { return calloc(1, sizeof(jy_stop)); }
void jy_stop_free(jy_stop *stop) { free(stop); }
void jy_stop_set(jy_stop *stop) { atomic_store(&stop->is_set, 1); }
int jy_stop_is_set(const jy_stop *stop) { return atomic_load(&stop->is_set); }

jy_client *jy_client_new(void) {
    pthread_once(&once, global_init);
    jy_client *client = calloc(1, sizeof *client);
    if (client && !(client->easy = curl_easy_init())) {
        free(client);
        return NULL;
    }
    return client;
}

void jy_client_free(jy_client *client) {
    if (!client) return;
    curl_easy_cleanup(client->easy);
    free(client->body);
    free(client);
}

static void copy(char *to, size_t size, const char *from) {
    if (!from) from = "";
    strncpy(to, from, size - 1);
    to[size - 1] = 0;
}

void jy_perform(jy_client *client, const jy_request *request, jy_response *response) {
    CURL *easy = client->easy;
    memset(response, 0, sizeof *response);
    client->length = 0;
    client->limit = request->response_limit;
    client->stop = request->stop;
    curl_easy_reset(easy); /* keeps the connection */
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:"); /* no second round trip before a body */
    for (const char *const *header = request->headers; header && *header; header++)
        headers = curl_slist_append(headers, *header);
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); /* a redirect is a captive portal's answer, not the parent's */
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "jiayuan");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->total_ms);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, client);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, client);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, response->error);
    if (request->unix_socket) curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);
    if (request->ca_file) curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
    if (request->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)request->body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    }
    CURLcode code = curl_easy_perform(easy);
    if (code == CURLE_OK) {
        char *type = NULL;
        curl_off_t retry = 0;
        struct curl_header *etag = NULL;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response->status);
        curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
        curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry);
        copy(response->content_type, sizeof response->content_type, type);
        if (curl_easy_header(easy, "etag", 0, CURLH_HEADER, -1, &etag) == CURLHE_OK)
            copy(response->etag, sizeof response->etag, etag->value);
        response->retry_after = (long)retry;
        response->body = client->body;
        response->length = client->length;
    } else if (!response->error[0]) {
        copy(response->error, sizeof response->error, curl_easy_strerror(code));
    }
    curl_slist_free_all(headers);
}
