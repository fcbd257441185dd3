/* html.h: text inside a page. */
#pragma once

#include "base/buffer.h"

/* Appends @t so that a browser shows it as it is, inside an element or a quoted attribute. */
void html_write_text(struct buffer *out, struct text t);
