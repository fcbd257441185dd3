/* http.h: a small HTTP port for machines that watch the service: Prometheus, health checks, load balancers.
 *
 * It answers GET and HEAD on a fixed list of paths with what a handler writes, and nothing else: no files, no bodies of
 * requests, no state. Everything is bounded: connections (in all and for each address), the memory of each, and the
 * time that one may be idle. It speaks HTTP without TLS and without passwords, and so belongs on a loopback address or
 * a network of its own (docs/operations.md, "Watching it").
 *
 * Only this folder includes microhttpd.h.
 */
#pragma once

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

#include <stdint.h>

#define HTTP_CONNECTIONS_MAX 32
#define HTTP_CONNECTIONS_OF_ONE_ADDRESS_MAX 16
#define HTTP_CONNECTION_BYTES 16384 /* of the request's line and headers */
#define HTTP_IDLE_SECONDS 5

/* What a handler fills in. */
struct http_answer {
        unsigned status;          /* 200 when the handler is called */
        const char *content_type; /* of static duration; text/plain when the handler is called */
        struct buffer body;
};

/* Called on the server's own thread: what it reads must be safe to read beside the program's other threads. */
typedef void (*http_handler)(void *context, struct http_answer *answer);

struct http_route {
        const char *path; /* exactly, without a query */
        http_handler handler;
        const char *help; /* one line for the page "/", which lists the routes */
};

/* An address to listen on. */
struct http_address {
        char host[64];
        uint16_t port; /* 0: any free one */
};

/* Reads "127.0.0.1:9187", "[::1]:9187" or "localhost:9187". Names other than localhost are refused: what they stand for
 * can change. ERR_USAGE with what is wrong. */
int http_parse_address(struct text text, struct http_address *address, struct error *error);

struct http_server;

/* Starts to listen, on a thread of its own. @routes and @context must outlive the server. ERR_USAGE when the address
 * cannot be had. */
int http_start(const struct http_address *address, const struct http_route *routes, size_t count, void *context,
               struct http_server **server, struct error *error);

uint16_t http_port(const struct http_server *server);

/* Ends all connections and the thread. NULL is allowed. */
void http_stop(struct http_server *server);
