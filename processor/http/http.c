/* The server: libmicrohttpd with one thread, and a list of routes.
 *
 * One thread is enough, because an answer is made in microseconds from numbers that are there already. It also means
 * that handlers never run beside each other.
 *
 * A request with a body is answered with 405 before anything of the body is read; the connection is closed then, so
 * that nobody can make us read without an end.
 */
#include "http/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct http_server {
        struct MHD_Daemon *daemon;
        const struct http_route *routes;
        size_t count;
        void *context;
        uint16_t port;
};

/* --- the address */

static int bad_address(struct text text, struct error *error)
{
        return error_set(error, ERR_USAGE,
                         "\"%.*s\" is no address to listen on: write HOST:PORT with an IP address, such as "
                         "127.0.0.1:9187 or [::1]:9187",
                         TEXT_ARG(text));
}

int http_parse_address(struct text text, struct http_address *address, struct error *error)
{
        uint32_t colon = text.length;
        struct text host;
        struct in6_addr parsed;
        int64_t port;

        while (colon > 0 && text.data[colon - 1] != ':')
                colon--;
        if (colon == 0)
                return bad_address(text, error);
        host = text_slice(text, 0, colon - 1);
        if (!text_to_i64(text_slice(text, colon, text.length - colon), &port) || port < 0 || port > UINT16_MAX)
                return bad_address(text, error);
        if (host.length > 2 && host.data[0] == '[' && host.data[host.length - 1] == ']')
                host = text_slice(host, 1, host.length - 2);
        else if (text_find_byte(host, ':', 0) >= 0)
                return bad_address(text, error);
        if (text_equal(host, TEXT("localhost")))
                host = TEXT("127.0.0.1");
        if (host.length >= sizeof(address->host))
                return bad_address(text, error);
        memset(address, 0, sizeof(*address));
        memcpy(address->host, host.data, host.length);
        address->port = (uint16_t)port;
        if (inet_pton(AF_INET, address->host, &parsed) != 1 && inet_pton(AF_INET6, address->host, &parsed) != 1)
                return bad_address(text, error);
        return 0;
}

/* --- answers */

static void list_routes(const struct http_server *server, struct http_answer *answer)
{
        for (size_t i = 0; i < server->count; i++)
                buffer_printf(&answer->body, "%-10s %s\n", server->routes[i].path, server->routes[i].help);
}

static void find_answer(const struct http_server *server, const char *path, struct http_answer *answer)
{
        for (size_t i = 0; i < server->count; i++) {
                if (strcmp(path, server->routes[i].path) != 0)
                        continue;
                server->routes[i].handler(server->context, answer);
                return;
        }
        if (strcmp(path, "/") != 0) {
                answer->status = MHD_HTTP_NOT_FOUND;
                buffer_string(&answer->body, "not found; there are:\n");
        }
        list_routes(server, answer);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct http_answer *answer, bool close)
{
        struct MHD_Response *response =
                MHD_create_response_from_buffer(answer->body.length, answer->body.data, MHD_RESPMEM_MUST_COPY);
        enum MHD_Result result;

        if (!response)
                return MHD_NO;
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
        MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
        if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
                MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
        if (close)
                MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
        result = MHD_queue_response(connection, answer->status, response);
        MHD_destroy_response(response);
        return result;
}

/* libmicrohttpd calls first when the headers are complete; for a request without a body the answer could be given at
 * once, but then HTTP/1.1 connections would be closed after each: so GET and HEAD are answered at the second call. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload, size_t *upload_bytes,
                                  void **request)
{
        static char seen;
        const struct http_server *server = context;
        struct http_answer answer = {.status = MHD_HTTP_OK, .content_type = "text/plain; charset=utf-8"};
        bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
        enum MHD_Result result;

        (void)version;
        (void)upload;
        if (reads && !*request) {
                *request = &seen;
                return MHD_YES;
        }
        if (reads && *upload_bytes) { /* a body where none belongs is read over */
                *upload_bytes = 0;
                return MHD_YES;
        }
        if (reads) {
                find_answer(server, path, &answer);
        } else {
                answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
                buffer_string(&answer.body, "only GET and HEAD are answered here\n");
        }
        result = send_answer(connection, &answer, !reads);
        buffer_free(&answer.body);
        return result;
}

/* --- the server */

static struct MHD_Daemon *start_daemon(struct http_server *server, const struct http_address *address)
{
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(address->port)};
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(address->port)};
        unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
        const struct sockaddr *socket_address = (const struct sockaddr *)&v4;

        if (inet_pton(AF_INET, address->host, &v4.sin_addr) != 1) {
                if (inet_pton(AF_INET6, address->host, &v6.sin6_addr) != 1)
                        return NULL;
                socket_address = (const struct sockaddr *)&v6;
                flags |= MHD_USE_IPv6;
        }
        errno = 0;
        return MHD_start_daemon(flags, address->port, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR,
                                socket_address, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
                                MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_OF_ONE_ADDRESS_MAX,
                                MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_CONNECTION_BYTES,
                                MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_SECONDS, MHD_OPTION_END);
}

int http_start(const struct http_address *address, const struct http_route *routes, size_t count, void *context,
               struct http_server **out, struct error *error)
{
        struct http_server *server = calloc(1, sizeof(*server));
        const union MHD_DaemonInfo *info;

        if (!server)
                abort();
        *server = (struct http_server){.routes = routes, .count = count, .context = context};
        server->daemon = start_daemon(server, address);
        if (!server->daemon) {
                int why = errno;

                free(server);
                return error_set(error, ERR_USAGE, "http: cannot listen on %s port %u: %s", address->host,
                                 (unsigned)address->port, why ? strerror(why) : "no such address here");
        }
        info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
        server->port = info && info->port ? info->port : address->port;
        *out = server;
        return 0;
}

uint16_t http_port(const struct http_server *server)
{
        return server->port;
}

void http_stop(struct http_server *server)
{
        if (!server)
                return;
        MHD_stop_daemon(server->daemon);
        free(server);
}
