/* The port: what it answers, what it refuses, and that a client which does neither ask nor leave is put out. */
#include "http/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void answer_number(void *context, struct http_answer *answer)
{
        int *asked = context;

        answer->status = 503;
        answer->content_type = "application/json";
        buffer_printf(&answer->body, "{\"asked\":%d}", ++*asked);
}

static const struct http_route routes[] = {{"/number", answer_number, "how often it was asked"}};

static int start(void **state)
{
        static int asked;
        const struct http_address address = {.host = "127.0.0.1"};
        struct http_server *server = NULL;
        struct error error;

        asked = 0;
        if (http_start(&address, routes, 1, &asked, &server, &error) != 0)
                return -1;
        *state = server;
        return 0;
}

static int stop(void **state)
{
        http_stop(*state);
        return 0;
}

static int connect_to(const struct http_server *server)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_port(server))};
        struct timeval patience = {.tv_sec = 20};
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        assert_true(fd >= 0);
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
        return fd;
}

/* Sends @request and reads until the server closes. */
static void ask(const struct http_server *server, const char *request, char *answer, size_t size)
{
        int fd = connect_to(server);
        size_t length = 0;
        ssize_t got;

        assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
        while (length + 1 < size && (got = recv(fd, answer + length, size - 1 - length, 0)) > 0)
                length += (size_t)got;
        answer[length] = '\0';
        close(fd);
}

static void a_route_answers_with_its_status_and_type(void **state)
{
        char answer[2000];

        ask(*state, "GET /number?x=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer));
        assert_non_null(strstr(answer, "HTTP/1.1 503 "));
        assert_non_null(strstr(answer, "Content-Type: application/json\r\n"));
        assert_non_null(strstr(answer, "\r\n\r\n{\"asked\":1}"));
}

static void head_gives_no_body(void **state)
{
        char answer[2000];

        ask(*state, "HEAD /number HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer));
        assert_non_null(strstr(answer, "HTTP/1.1 503 "));
        assert_null(strstr(answer, "asked"));
}

static void an_unknown_path_is_told_what_there_is(void **state)
{
        char answer[2000];

        ask(*state, "GET /../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer));
        assert_non_null(strstr(answer, "HTTP/1.1 404 "));
        assert_non_null(strstr(answer, "how often it was asked"));
}

static void nothing_can_be_sent(void **state)
{
        char answer[2000];

        ask(*state, "POST /number HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", answer, sizeof(answer));
        assert_non_null(strstr(answer, "HTTP/1.1 405 "));
        assert_non_null(strstr(answer, "Allow: GET, HEAD\r\n"));
        ask(*state, "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof(answer));
        assert_non_null(strstr(answer, "HTTP/1.1 405 "));
}

static void headers_beyond_the_bound_are_refused(void **state)
{
        static char request[4 * HTTP_CONNECTION_BYTES], answer[2000];
        size_t length = (size_t)snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: x\r\nX-Long: ");

        memset(request + length, 'a', sizeof(request) - length - 1);
        ask(*state, request, answer, sizeof(answer));
        assert_null(strstr(answer, "HTTP/1.1 200"));
        ask(*state, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer));
        assert_non_null(strstr(answer, "HTTP/1.1 200 "));
}

static void one_address_has_a_bound_of_connections_and_idle_ones_end(void **state)
{
        int fds[HTTP_CONNECTIONS_OF_ONE_ADDRESS_MAX + 8];
        size_t count = sizeof(fds) / sizeof(fds[0]);
        char answer[2000], byte;
        int ended = 0;

        for (size_t i = 0; i < count; i++)
                fds[i] = connect_to(*state);
        for (size_t i = HTTP_CONNECTIONS_OF_ONE_ADDRESS_MAX; i < count; i++)
                ended += recv(fds[i], &byte, 1, 0) <= 0;
        assert_int_equal(ended, 8);
        /* The first ones have asked nothing; within the time that one may be idle they are closed as well. */
        assert_true(recv(fds[0], &byte, 1, 0) <= 0);
        for (size_t i = 0; i < count; i++)
                close(fds[i]);
        for (int tries = 0; tries < 100; tries++) { /* until the server has seen that they are gone */
                ask(*state, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer));
                if (answer[0])
                        break;
                usleep(20000);
        }
        assert_non_null(strstr(answer, "HTTP/1.1 200 "));
}

static void an_address_in_use_is_named(void **state)
{
        struct http_address address = {.host = "127.0.0.1", .port = http_port(*state)};
        struct http_server *second = NULL;
        struct error error;

        assert_int_equal(http_start(&address, routes, 1, NULL, &second, &error), ERR_USAGE);
        assert_non_null(strstr(error.text, "cannot listen on 127.0.0.1 port"));
}

static void addresses_are_read(void **state)
{
        static const struct {
                const char *text;
                const char *host; /* NULL: refused */
                uint16_t port;
        } cases[] = {
                {"127.0.0.1:9187", "127.0.0.1", 9187},
                {"0.0.0.0:1", "0.0.0.0", 1},
                {"[::1]:0", "::1", 0},
                {"localhost:80", "127.0.0.1", 80},
                {"::1:80", NULL, 0},
                {":9187", NULL, 0},
                {"9187", NULL, 0},
                {"127.0.0.1", NULL, 0},
                {"127.0.0.1:", NULL, 0},
                {"127.0.0.1:65536", NULL, 0},
                {"127.0.0.1:-1", NULL, 0},
                {"example.org:80", NULL, 0},
                {"[]:80", NULL, 0},
                {"", NULL, 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct http_address address;
                struct error error;
                int r = http_parse_address(text_from(cases[i].text), &address, &error);

                assert_int_equal(r, cases[i].host ? 0 : ERR_USAGE);
                if (r == 0) {
                        assert_string_equal(address.host, cases[i].host);
                        assert_int_equal(address.port, cases[i].port);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_route_answers_with_its_status_and_type, start, stop),
                cmocka_unit_test_setup_teardown(head_gives_no_body, start, stop),
                cmocka_unit_test_setup_teardown(an_unknown_path_is_told_what_there_is, start, stop),
                cmocka_unit_test_setup_teardown(nothing_can_be_sent, start, stop),
                cmocka_unit_test_setup_teardown(headers_beyond_the_bound_are_refused, start, stop),
                cmocka_unit_test_setup_teardown(one_address_has_a_bound_of_connections_and_idle_ones_end, start, stop),
                cmocka_unit_test_setup_teardown(an_address_in_use_is_named, start, stop),
                cmocka_unit_test(addresses_are_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
