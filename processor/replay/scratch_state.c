/* A state directory that lives as long as one command. */
#include "replay/scratch_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int scratch_state_make(const char *base, char path[SCRATCH_STATE_MAX], struct error *error)
{
        const char *temporary = getenv("TMPDIR");

        if (!base)
                base = temporary && temporary[0] ? temporary : "/tmp";
        if (snprintf(path, SCRATCH_STATE_MAX, "%s/.state-XXXXXX", base) >= SCRATCH_STATE_MAX)
                return error_set(error, ERR_USAGE, "the path of a directory for the state in %s is too long", base);
        if (!mkdtemp(path))
                return error_set(error, ERR_USAGE, "cannot make a directory for the state in %s: %s", base,
                                 strerror(errno));
        return 0;
}

/* A state directory is flat. */
void scratch_state_remove(const char *path)
{
        DIR *dir = opendir(path);
        struct dirent *entry;

        while (dir && (entry = readdir(dir))) {
                if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
                        unlinkat(dirfd(dir), entry->d_name, 0);
        }
        if (dir)
                closedir(dir);
        rmdir(path);
}
