/* log.h: what an operator reads, on standard error.
 *
 * Levels: error (someone must act), warn (something is not as configured, the program goes on), info (starts, stops,
 * checkpoints, a line per minute), debug (may hold personal data: never the default).
 * One line a message, text or JSON. Thread-safe.
 */
#pragma once

#include <stdbool.h>

enum log_level {
        LOG_ERROR,
        LOG_WARN,
        LOG_INFO,
        LOG_DEBUG
};

void log_configure(enum log_level level, bool json);
bool log_enabled(enum log_level level);
void log_write(enum log_level level, const char *module, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define log_error(module, ...) log_write(LOG_ERROR, module, __VA_ARGS__)
#define log_warn(module, ...) log_write(LOG_WARN, module, __VA_ARGS__)
#define log_info(module, ...) log_write(LOG_INFO, module, __VA_ARGS__)
#define log_debug(module, ...)                                                                                         \
        do {                                                                                                           \
                if (log_enabled(LOG_DEBUG))                                                                            \
                        log_write(LOG_DEBUG, module, __VA_ARGS__);                                                     \
        } while (0)
