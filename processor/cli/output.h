/* output.h: what a command prints, and the files that it writes. */
#pragma once

#include "base/buffer.h"

#include <stdbool.h>

/* True if the terminal behind @descriptor wants colours: it is one, and NO_COLOR is not set (https://no-color.org). */
bool use_colour(int descriptor);

/* Everything to standard output. False: it could not be written. */
bool print_output(const struct buffer *bytes);

/* @path becomes @bytes. False after printing why not. */
bool write_file(const char *command, const char *path, const struct buffer *bytes);
