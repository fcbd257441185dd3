/* Log lines on standard error, one write each so that lines of threads do not mix. */
#include "base/log.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static const char *const level_names[] = {"error", "warn", "info", "debug"};

/* The two settings that every thread reads; SIGHUP may change the level while running. */
static atomic_int current_level = LOG_INFO;
static atomic_bool current_json;

void log_configure(enum log_level level, bool json)
{
        atomic_store(&current_level, (int)level);
        atomic_store(&current_json, json);
}

bool log_enabled(enum log_level level)
{
        return (int)level <= atomic_load(&current_level);
}

static void format_json(struct buffer *line, const char *time, const char *level, const char *module, const char *text)
{
        struct json_writer writer;

        json_writer_init(&writer, line);
        json_write_object(&writer);
        json_write_name(&writer, "time");
        json_write_string(&writer, time);
        json_write_name(&writer, "level");
        json_write_string(&writer, level);
        json_write_name(&writer, "module");
        json_write_string(&writer, module);
        json_write_name(&writer, "message");
        json_write_string(&writer, text);
        json_write_object_end(&writer);
        buffer_byte(line, '\n');
}

void log_write(enum log_level level, const char *module, const char *format, ...)
{
        BUFFER_CLEANUP struct buffer line = {0};
        char time[TIME_TEXT_SIZE];
        char text[4096];
        va_list arguments;
        ssize_t written;

        if (!log_enabled(level))
                return;
        va_start(arguments, format);
        vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        time_format_iso(clock_wall_ms(), time);
        if (atomic_load(&current_json))
                format_json(&line, time, level_names[level], module, text);
        else
                buffer_printf(&line, "%s %-5s %s: %s\n", time, level_names[level], module, text);
        written = write(STDERR_FILENO, line.data, line.length);
        (void)written; /* nobody is left to tell */
}
