/* What a command prints, and the files that it writes. */
#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool use_colour(int descriptor)
{
        const char *no_color = getenv("NO_COLOR");

        return isatty(descriptor) && !(no_color && no_color[0]);
}

bool print_output(const struct buffer *bytes)
{
        return fwrite(bytes->data, 1, bytes->length, stdout) == bytes->length && fflush(stdout) == 0;
}

bool write_file(const char *command, const char *path, const struct buffer *bytes)
{
        FILE *file = fopen(path, "wb");
        bool written = file && fwrite(bytes->data, 1, bytes->length, file) == bytes->length;

        if (file && fclose(file) != 0)
                written = false;
        if (!written)
                fprintf(stderr, "durand %s: %s: cannot write: %s\n", command, path, strerror(errno));
        return written;
}
