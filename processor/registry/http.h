/* http.h: requests to one registry. Internal to registry/. */
#pragma once

#include "base/buffer.h"
#include "base/error.h"
#include "config/config.h"

#define HTTP_ANSWER_BYTES_MAX (16U << 20)

struct http;

int http_open(const struct config *config, struct http **http, struct error *error);
void http_close(struct http *http); /* NULL is allowed */

/* GET @path, or POST @body to it. 0: the registry answered, @status is what and @answer what it said (of a status below
 * 500 that is not 408 or 429). ERR_RETRY: it did not, after all attempts; @error says why. */
int http_request(struct http *http, const char *path, struct text body, struct buffer *answer, long *status,
                 struct error *error);

/* @text for use inside a path. */
struct text http_escape(struct arena *arena, struct text text);
