/* Requests over libcurl: one handle, which keeps its connection, one request at a time.
 *
 * An attempt fails when there is no connection, no answer in time, or an answer that says "later" (408, 429, 5xx). Then
 * the next address is tried after a pause that doubles; the address that answered last is asked first from then on.
 * Redirects are not followed: credentials would go along.
 */
#include "registry/http.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "registry/registry.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_PAUSE_MS 100
#define CONNECT_MS_MAX 3000L

struct http {
        const struct registry_config *config;
        struct arena arena; /* texts with a NUL behind them, for curl */
        CURL *curl;
        struct curl_slist *headers;
        uint32_t address; /* asked first */
        char why[CURL_ERROR_SIZE];
};

static size_t receive(char *data, size_t size, size_t count, void *context)
{
        struct buffer *answer = context;

        if (answer->length + size * count > HTTP_ANSWER_BYTES_MAX)
                return 0; /* curl gives up */
        buffer_bytes(answer, data, size * count);
        return size * count;
}

static const char *terminated(struct http *http, struct text text)
{
        return arena_text(&http->arena, text).data;
}

static int check_file(struct http *http, const char *option, struct text path, struct error *error)
{
        if (path.length == 0 || access(terminated(http, path), R_OK) == 0)
                return 0;
        return error_set(error, ERR_USAGE, "registry.%s: %.*s cannot be read: %s", option, TEXT_ARG(path),
                         strerror(errno));
}

static void set_credentials(struct http *http)
{
        const struct registry_config *config = http->config;

        if (config->user.length > 0) {
                curl_easy_setopt(http->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
                curl_easy_setopt(http->curl, CURLOPT_USERNAME, terminated(http, config->user));
                curl_easy_setopt(http->curl, CURLOPT_PASSWORD, terminated(http, config->password));
        }
        if (config->token.length > 0) {
                curl_easy_setopt(http->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
                curl_easy_setopt(http->curl, CURLOPT_XOAUTH2_BEARER, terminated(http, config->token));
        }
        if (config->ca.length > 0)
                curl_easy_setopt(http->curl, CURLOPT_CAINFO, terminated(http, config->ca));
        if (config->certificate.length > 0) {
                curl_easy_setopt(http->curl, CURLOPT_SSLCERT, terminated(http, config->certificate));
                curl_easy_setopt(http->curl, CURLOPT_SSLKEY, terminated(http, config->key));
        }
}

int http_open(const struct config *config, struct http **made, struct error *error)
{
        static const char type[] = "application/vnd.schemaregistry.v1+json";
        struct http *http = calloc(1, sizeof(*http));
        int r;

        if (!http)
                abort();
        http->config = &config->registry;
        r = check_file(http, "ca", config->registry.ca, error);
        r = r ? r : check_file(http, "certificate", config->registry.certificate, error);
        r = r ? r : check_file(http, "key", config->registry.key, error);
        if (r == 0 && (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(http->curl = curl_easy_init())))
                r = error_set(error, ERR_FATAL, "libcurl cannot be used");
        if (r != 0) {
                http_close(http);
                return r;
        }
        http->headers = curl_slist_append(NULL, arena_printf(&http->arena, "Content-Type: %s", type).data);
        http->headers =
                curl_slist_append(http->headers, arena_printf(&http->arena, "Accept: %s, application/json", type).data);
        curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->headers);
        curl_easy_setopt(http->curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS, (long)config->registry.timeout_ms);
        curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT_MS,
                         config->registry.timeout_ms < CONNECT_MS_MAX ? (long)config->registry.timeout_ms
                                                                      : CONNECT_MS_MAX);
        curl_easy_setopt(http->curl, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, http->why);
        curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, receive);
        curl_easy_setopt(http->curl, CURLOPT_USERAGENT, "durand/" DURAND_VERSION);
        set_credentials(http);
        *made = http;
        return 0;
}

void http_close(struct http *http)
{
        if (!http)
                return;
        curl_slist_free_all(http->headers);
        if (http->curl)
                curl_easy_cleanup(http->curl);
        arena_free(&http->arena);
        free(http);
}

/* One attempt at one address. 0, or ERR_RETRY with the reason. */
static int attempt(struct http *http, struct text address, const char *path, struct text body, struct buffer *answer,
                   long *status, struct error *error)
{
        struct arena ARENA_CLEANUP arena = {0};
        const char *url;
        CURLcode code;

        while (address.length > 0 && address.data[address.length - 1] == '/')
                address.length--;
        url = arena_printf(&arena, "%.*s%s", TEXT_ARG(address), path).data;
        buffer_clear(answer);
        http->why[0] = '\0';
        curl_easy_setopt(http->curl, CURLOPT_URL, url);
        curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, answer);
        if (body.data) {
                curl_easy_setopt(http->curl, CURLOPT_POST, 1L);
                curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE, (long)body.length);
                curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, body.data);
        } else {
                curl_easy_setopt(http->curl, CURLOPT_HTTPGET, 1L);
        }
        code = curl_easy_perform(http->curl);
        if (code == CURLE_WRITE_ERROR)
                return error_set(error, ERR_RETRY, "registry %.*s: an answer of more than %u bytes", TEXT_ARG(address),
                                 HTTP_ANSWER_BYTES_MAX);
        if (code != CURLE_OK)
                return error_set(error, ERR_RETRY, "registry %.*s: %s", TEXT_ARG(address),
                                 http->why[0] ? http->why : curl_easy_strerror(code));
        curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, status);
        if (*status < 200 || *status >= 500 || *status == 408 || *status == 429)
                return error_set(error, ERR_RETRY, "registry %.*s: HTTP status %ld", TEXT_ARG(address), *status);
        return 0;
}

int http_request(struct http *http, const char *path, struct text body, struct buffer *answer, long *status,
                 struct error *error)
{
        const struct registry_config *config = http->config;
        int64_t pause_ms = FIRST_PAUSE_MS;

        for (int n = 0;; n++) {
                int r = attempt(http, config->urls[http->address], path, body, answer, status, error);

                if (r == 0)
                        return 0;
                http->address = (http->address + 1) % config->url_count;
                if (n + 1 >= REGISTRY_ATTEMPTS)
                        return r;
                log_debug("registry", "%s, trying again", error ? error->text : "no answer");
                clock_sleep_ms(pause_ms);
                pause_ms *= 2;
        }
}

struct text http_escape(struct arena *arena, struct text text)
{
        static const char digits[] = "0123456789ABCDEF";
        char *out = arena_alloc(arena, 3 * (size_t)text.length + 1);
        uint32_t at = 0;

        for (uint32_t i = 0; i < text.length; i++) {
                uint8_t c = (uint8_t)text.data[i];

                if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                    c == '-' || c == '_' || c == '~') {
                        out[at++] = (char)c;
                        continue;
                }
                out[at++] = '%';
                out[at++] = digits[c >> 4];
                out[at++] = digits[c & 15];
        }
        out[at] = '\0';
        return (struct text){.data = out, .length = at};
}
