/* Debezium versions: source time, position in the log, order inside it.
 *
 * The time is when the database made the change (source.ts_ms), not when the connector saw it (ts_ms): a restarted
 * connector sees old changes late. It may be 0, absent, or in another unit in old versions ("ts_usec", which 0.8 filled
 * with nanoseconds; "ts_sec"). The position orders changes of the same millisecond; each database names its own.
 */
#include "decode/position.h"

#include "base/clock.h"

#include "decode/values.h"

#include <string.h>

/* Where the same facts stand: plain names in `source`, "__lsn" or "__source_lsn" in a flattened row and its headers,
 * "iodebeziumlsn" in a CloudEvent and its headers. */
struct place {
        const struct decoder *decoder;
        const struct json_node *object; /* may be NULL */
        const char *prefixes[2];        /* tried in order; NULL ends */
        bool squeezed;                  /* names without '_' */
        const char *header_prefix;      /* of Kafka headers of the same names; NULL: none are read */
};

#define PLACE_NAME_MAX 64

/* Numbers of the log's position by database; a source has those of one only. */
static const char *const major_names[] = {
        "lsn",        /* PostgreSQL: a number */
        "change_lsn", /* SQL Server: "00000027:00000758:0005" */
        "commit_lsn", /* SQL Server's snapshots, Db2 */
        "scn",        /* Oracle */
        "commit_scn", /* Oracle */
        "ord",        /* MongoDB */
        "begin_lsn",  /* Informix */
};

/* The order inside one position: SQL Server's and Oracle's serial, MySQL's row in its event. */
static const char *const minor_names[] = {"event_serial_no",         "row",           "ssn", "sequence",
                                          "transaction_total_order", "tx_total_order"};

/* Times, the best first, with their units in a millisecond (negative: milliseconds in a unit). */
struct time_name {
        const char *name;
        int64_t per_ms;
};

static const struct time_name time_names[] = {{"ts_ms", 1},
                                              {"ts_us", 1000},
                                              {"ts_usec", 1000},
                                              {"ts_ns", 1000000},
                                              {"ts_sec", -1000}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINOR_MASK 0xffffffffffffULL /* 48 bits; SQL Server's slot stands above them */
#define YEAR_2200_MS 7258118400000

static bool to_u64(struct text text, uint64_t *value)
{
        *value = 0;
        if (text.length == 0)
                return false;
        for (uint32_t i = 0; i < text.length; i++) {
                unsigned digit = (unsigned)text.data[i] - '0';

                if (digit > 9 || *value > (UINT64_MAX - digit) / 10)
                        return false;
                *value = *value * 10 + digit;
        }
        return true;
}

/* Groups of hexadecimal digits. @parts gets at most @max. */
static uint32_t hex_groups(struct text text, uint64_t *parts, uint32_t max)
{
        uint32_t count = 0;
        bool open = false;

        for (uint32_t i = 0; i < text.length; i++) {
                char c = text.data[i];
                unsigned digit;

                if (c >= '0' && c <= '9')
                        digit = (unsigned)(c - '0');
                else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
                        digit = (unsigned)((c | 0x20) - 'a') + 10;
                else if (c == ':' || c == '/') {
                        open = false;
                        continue;
                } else
                        return 0;
                if (!open) {
                        if (count == max)
                                return 0;
                        parts[count++] = 0;
                        open = true;
                }
                parts[count - 1] = parts[count - 1] << 4 | digit;
        }
        return count;
}

/* A log position in 64 bits; what does not fit (SQL Server's slot, 16 bits) goes above the order in @minor. */
static bool read_position(struct text text, uint64_t *major, uint64_t *minor)
{
        uint64_t parts[3];
        uint32_t count;

        if (to_u64(text, major))
                return true;
        count = hex_groups(text, parts, 3);
        if (count < 2)
                return false;
        *major = parts[0] << 32 | (parts[1] & 0xffffffff);
        if (count == 3)
                *minor |= parts[2] << 48;
        return true;
}

/* The text called @name at @place, or empty. */
static struct text look(const struct place *place, const char *name)
{
        for (int i = 0; i < 2 && place->prefixes[i]; i++) {
                char full[PLACE_NAME_MAX];
                size_t at = strlen(place->prefixes[i]);
                struct text text;

                memcpy(full, place->prefixes[i], at);
                for (const char *c = name; *c && at < sizeof(full) - 1; c++) {
                        if (*c != '_' || !place->squeezed)
                                full[at++] = *c;
                }
                full[at] = '\0';
                text = json_scalar_text(value_untag(json_get(place->object, full)));
                if (text.length == 0 && place->header_prefix && place->decoder->message->header_count > 0) {
                        char header[PLACE_NAME_MAX + 8];
                        size_t before = strlen(place->header_prefix);

                        memcpy(header, place->header_prefix, before);
                        memcpy(header + before, full, at + 1);
                        text = decoder_header(place->decoder, header);
                }
                if (text.length > 0)
                        return text;
        }
        return TEXT_NONE;
}

static bool read_time(const struct place *place, int64_t *time_ms)
{
        for (size_t i = 0; i < COUNT(time_names); i++) {
                int64_t value, per_ms = time_names[i].per_ms;

                if (!text_to_i64(look(place, time_names[i].name), &value) || value <= 0)
                        continue;
                if (per_ms < 0)
                        *time_ms = value < INT64_MAX / 1000 ? value * -per_ms : value;
                else
                        *time_ms = value / per_ms;
                if (*time_ms > YEAR_2200_MS) /* the unit is finer than the name says */
                        *time_ms = value_guess_time_ms(value);
                return true;
        }
        return false;
}

/* MySQL: "mysql-bin.000003" and the offset in that file. */
static bool read_binlog(const struct place *place, uint64_t *major)
{
        uint64_t number = 0, offset;
        struct text file;
        uint32_t start;

        if (!to_u64(look(place, "pos"), &offset))
                return false;
        file = look(place, "file");
        start = file.length;
        while (start > 0 && file.data[start - 1] >= '0' && file.data[start - 1] <= '9')
                start--;
        to_u64(text_slice(file, start, file.length), &number);
        *major = number << 40 | (offset & ((1ULL << 40) - 1));
        return true;
}

static void read_log_position(const struct place *place, struct version *version)
{
        uint64_t order;

        for (size_t i = 0; i < COUNT(minor_names); i++) {
                if (to_u64(look(place, minor_names[i]), &order)) {
                        version->minor = order & MINOR_MASK;
                        break;
                }
        }
        if (read_binlog(place, &version->major))
                return;
        for (size_t i = 0; i < COUNT(major_names); i++) {
                struct text text = look(place, major_names[i]);

                if (text.length > 0 && read_position(text, &version->major, &version->minor))
                        return;
        }
}

struct version position_of_event(const struct decoder *decoder, const struct json_node *envelope,
                                 const struct json_node *source)
{
        const struct json_node *transaction = value_untag(json_get(envelope, "transaction"));
        const struct place inner = {.decoder = decoder, .object = source, .prefixes = {""}};
        const struct place outer = {.decoder = decoder, .object = envelope, .prefixes = {""}};
        struct version version = {.time_ms = decoder->message->timestamp_ms};
        uint64_t order;

        if (!read_time(&inner, &version.time_ms))
                read_time(&outer, &version.time_ms);
        if (source)
                read_log_position(&inner, &version);
        if (transaction && (version.minor & MINOR_MASK) == 0 &&
            to_u64(json_scalar_text(value_untag(json_get(transaction, "total_order"))), &order))
                version.minor |= order & MINOR_MASK;
        return version;
}

struct version position_of_row(const struct decoder *decoder, const struct json_node *row)
{
        const struct place place = {
                .decoder = decoder,
                .object = row,
                .prefixes = {"__source_", "__"},
                .header_prefix = "",
        };
        struct version version = {.time_ms = decoder->message->timestamp_ms};

        read_time(&place, &version.time_ms);
        read_log_position(&place, &version);
        return version;
}

struct version position_of_cloud_event(const struct decoder *decoder, const struct json_node *event)
{
        const struct place place = {
                .decoder = decoder,
                .object = event,
                .prefixes = {"iodebezium"},
                .squeezed = true,
                .header_prefix = "ce_",
        };
        struct version version = {.time_ms = decoder->message->timestamp_ms};
        int64_t time_ms;

        if (!read_time(&place, &version.time_ms) &&
            (time_parse_iso(json_scalar_text(json_get(event, "time")), &time_ms) ||
             time_parse_iso(decoder_header(decoder, "ce_time"), &time_ms)))
                version.time_ms = time_ms;
        read_log_position(&place, &version);
        return version;
}
