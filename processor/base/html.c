/* Characters that mean something in HTML, by their names (HTML Living Standard, 13.3 "Escapes a string"). */
#include "base/html.h"

void html_write_text(struct buffer *out, struct text t)
{
        for (uint32_t i = 0; i < t.length; i++) {
                switch (t.data[i]) {
                case '<':
                        buffer_string(out, "&lt;");
                        break;
                case '>':
                        buffer_string(out, "&gt;");
                        break;
                case '&':
                        buffer_string(out, "&amp;");
                        break;
                case '"':
                        buffer_string(out, "&quot;");
                        break;
                default:
                        buffer_byte(out, (uint8_t)t.data[i]);
                }
        }
}
