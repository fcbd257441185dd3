/* The main program of a fuzz target without libFuzzer: runs it over the files of the folders that it is given, so that
 * what was once found stays found in every build.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX_BYTES 1048576

static unsigned inputs;

static void replay_file(const char *path)
{
        uint8_t *data = malloc(INPUT_MAX_BYTES);
        FILE *file = fopen(path, "rb");

        if (!file || !data) {
                fprintf(stderr, "%s cannot be read\n", path);
                exit(2);
        }
        size_t size = fread(data, 1, INPUT_MAX_BYTES, file);
        fclose(file);
        fprintf(stderr, "%s\n", path);
        /* of its own size, so that a sanitizer sees a read beyond its end */
        uint8_t *exact = realloc(data, size ? size : 1);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
        inputs++;
}

static void replay_folder(const char *folder)
{
        struct dirent *entry;
        char path[4096];
        DIR *dir = opendir(folder);

        if (!dir) {
                fprintf(stderr, "%s cannot be read\n", folder);
                exit(2);
        }
        while ((entry = readdir(dir))) {
                if (entry->d_name[0] == '.')
                        continue;
                snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
                replay_file(path);
        }
        closedir(dir);
}

int main(int argc, char **argv)
{
        for (int i = 1; i < argc; i++)
                replay_folder(argv[i]);
        printf("%u inputs\n", inputs);
        return inputs > 0 ? 0 : 1;
}
