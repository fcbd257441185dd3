/* Text of scalars: numbers, logical types, placeholders, tagged unions.
 *
 * Kafka Connect and Debezium carry dates, times and decimals as integers and bytes whose meaning is only in the
 * schema's name ("Data type mappings" in each Debezium connector's documentation; Kafka's
 * org.apache.kafka.connect.data). One table says what each name means. Where the form contradicts the schema, the form
 * decides: JsonConverter writes decimals as base64, as numbers (decimal.format=NUMERIC) or not at all, by its
 * configuration.
 */
#include "decode/values.h"

#include "base/base64.h"
#include "base/clock.h"

#include <string.h>

enum logical {
        LOGICAL_NONE,
        LOGICAL_DAYS,
        LOGICAL_TIME_OF_DAY,
        LOGICAL_TIMESTAMP,
        LOGICAL_DECIMAL,
};

struct logical_type {
        struct text name;
        enum logical logical;
        int64_t per_second; /* of times: units in a second */
};

static const struct logical_type logical_types[] = {
        {TEXT_INIT("io.debezium.time.Date"), LOGICAL_DAYS, 0},
        {TEXT_INIT("org.apache.kafka.connect.data.Date"), LOGICAL_DAYS, 0},
        {TEXT_INIT("io.debezium.time.Time"), LOGICAL_TIME_OF_DAY, 1000},
        {TEXT_INIT("io.debezium.time.MicroTime"), LOGICAL_TIME_OF_DAY, 1000000},
        {TEXT_INIT("io.debezium.time.NanoTime"), LOGICAL_TIME_OF_DAY, 1000000000},
        {TEXT_INIT("org.apache.kafka.connect.data.Time"), LOGICAL_TIME_OF_DAY, 1000},
        {TEXT_INIT("io.debezium.time.Timestamp"), LOGICAL_TIMESTAMP, 1000},
        {TEXT_INIT("io.debezium.time.MicroTimestamp"), LOGICAL_TIMESTAMP, 1000000},
        {TEXT_INIT("io.debezium.time.NanoTimestamp"), LOGICAL_TIMESTAMP, 1000000000},
        {TEXT_INIT("org.apache.kafka.connect.data.Timestamp"), LOGICAL_TIMESTAMP, 1000},
        {TEXT_INIT("org.apache.kafka.connect.data.Decimal"), LOGICAL_DECIMAL, 0},
};

/* Avro's own JSON names of primitive types; "int.date" and the like are goavro's names of logical ones. */
static const struct text avro_primitives[] = {
        TEXT_INIT("string"),  TEXT_INIT("int"),   TEXT_INIT("long"),  TEXT_INIT("double"), TEXT_INIT("float"),
        TEXT_INIT("boolean"), TEXT_INIT("bytes"), TEXT_INIT("array"), TEXT_INIT("map"),
};

#define DECIMAL_BYTES_MAX                                                                                              \
        128 /* 308 digits; Oracle's NUMBER has 40, PostgreSQL's numeric is cut off far above reality */
#define SCALE_MAX 400

static struct text slice(char *data, size_t length)
{
        return (struct text){.data = data, .length = (uint32_t)length};
}

/* --- numbers */

/* Writes @digits (no point, no sign) with @point digits before the decimal point. */
static struct text place_point(struct arena *arena, bool negative, const char *digits, int64_t count, int64_t point)
{
        int64_t zeros_before = point < 0 ? -point : 0;
        int64_t zeros_after = point > count ? point - count : 0;
        char *out = arena_alloc(arena, (size_t)(count + zeros_before + zeros_after + 4));
        size_t at = 0;

        if (negative)
                out[at++] = '-';
        if (point <= 0)
                out[at++] = '0';
        for (int64_t i = 0; i < count; i++) {
                if (i == point || (i == 0 && point <= 0)) {
                        out[at++] = '.';
                        memset(out + at, '0', (size_t)zeros_before);
                        at += (size_t)zeros_before;
                }
                out[at++] = digits[i];
        }
        memset(out + at, '0', (size_t)zeros_after);
        return slice(out, at + (size_t)zeros_after);
}

/* 1.0E7 is 10000000: Java and JavaScript writers use exponents where people do not. The mantissa's trailing zeros
 * behind the point say nothing and go. */
static struct text expand_exponent(struct arena *arena, struct text number, uint32_t e)
{
        struct text power = text_slice(number, e + 1, number.length);
        int64_t exponent, point = -1, count = 0, first = 0;
        char *digits;

        if (power.length > 1 && power.data[0] == '+')
                power = text_slice(power, 1, power.length);
        if (!text_to_i64(power, &exponent) || exponent > 40 || exponent < -40)
                return number;
        digits = arena_alloc(arena, e + 1);
        for (uint32_t i = number.data[0] == '-'; i < e; i++) {
                if (number.data[i] == '.')
                        point = count;
                else
                        digits[count++] = number.data[i];
        }
        if (point < 0)
                point = count;
        while (count > point && digits[count - 1] == '0')
                count--;
        while (first < count && digits[first] == '0')
                first++;
        if (first == count)
                return TEXT("0");
        first = 0;
        point += exponent;
        while (first < count - 1 && digits[first] == '0' && point > 1) {
                first++;
                point--;
        }
        return place_point(arena, number.data[0] == '-', digits + first, count - first, point);
}

struct text value_decimal(struct arena *arena, struct text bytes, int64_t scale)
{
        uint32_t limbs[DECIMAL_BYTES_MAX / 4 + 1] = {0}; /* big-endian magnitude */
        char digits[DECIMAL_BYTES_MAX * 5 / 2 + 16];
        uint32_t limb_count, start = 0;
        int64_t count = 0;
        bool negative;

        if (bytes.length == 0 || bytes.length > DECIMAL_BYTES_MAX || scale > SCALE_MAX || scale < -SCALE_MAX)
                return TEXT_NONE;
        negative = (bytes.data[0] & 0x80) != 0;
        limb_count = (bytes.length + 3) / 4;
        for (uint32_t i = 0; i < bytes.length; i++) {
                uint32_t from_end = bytes.length - 1 - i;
                uint8_t byte = (uint8_t)bytes.data[i];

                if (negative)
                        byte = (uint8_t)~byte;
                limbs[limb_count - 1 - from_end / 4] |= (uint32_t)byte << (from_end % 4 * 8);
        }
        for (uint32_t i = limb_count; negative && i-- > 0;) {
                if (++limbs[i] != 0)
                        break;
        }
        while (start < limb_count) { /* divide by 10^9 until nothing is left; digits come out from the last */
                uint64_t rest = 0;

                for (uint32_t i = start; i < limb_count; i++) {
                        rest = rest << 32 | limbs[i];
                        limbs[i] = (uint32_t)(rest / 1000000000);
                        rest %= 1000000000;
                }
                while (start < limb_count && limbs[start] == 0)
                        start++;
                for (int i = 0; i < 9 && (start < limb_count || rest > 0); i++) {
                        digits[count++] = (char)('0' + rest % 10);
                        rest /= 10;
                }
        }
        if (count == 0)
                digits[count++] = '0';
        for (int64_t i = 0; i < count / 2; i++) {
                char swap = digits[i];

                digits[i] = digits[count - 1 - i];
                digits[count - 1 - i] = swap;
        }
        if (scale == 0 || (scale < 0 && digits[0] == '0'))
                return place_point(arena, negative, digits, count, count);
        return place_point(arena, negative, digits, count, count - scale);
}

/* --- dates and times */

static char *put_digits(char *at, uint64_t value, int width)
{
        for (int i = width - 1; i >= 0; i--) {
                at[i] = (char)('0' + value % 10);
                value /= 10;
        }
        return at + width;
}

static char *put_date(char *at, int64_t days)
{
        unsigned month, day;
        int64_t year;

        civil_from_days(days, &year, &month, &day);
        at = put_digits(at, (uint64_t)year, 4);
        *at++ = '-';
        at = put_digits(at, month, 2);
        *at++ = '-';
        return put_digits(at, day, 2);
}

static char *put_clock(char *at, uint64_t seconds, uint32_t nanos)
{
        int width = 9;

        at = put_digits(at, seconds / 3600, 2);
        *at++ = ':';
        at = put_digits(at, seconds / 60 % 60, 2);
        *at++ = ':';
        at = put_digits(at, seconds % 60, 2);
        if (nanos == 0)
                return at;
        while (nanos % 1000 == 0) { /* milli-, micro- or nanoseconds, whichever is enough */
                nanos /= 1000;
                width -= 3;
        }
        *at++ = '.';
        return put_digits(at, nanos, width);
}

#define DAYS_MIN (-719162) /* 0001-01-01 */
#define DAYS_MAX 2932896   /* 9999-12-31 */
#define DAY_SECONDS 86400

/* The part above floor_divide(a, b), from 0 to b - 1. */
static int64_t floor_rest(int64_t a, int64_t b)
{
        return a % b + (a % b < 0 ? b : 0);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
        return a / b - (a % b < 0);
}

struct text value_date(struct arena *arena, int64_t days)
{
        char *out;

        if (days < DAYS_MIN || days > DAYS_MAX)
                return TEXT_NONE;
        out = arena_alloc(arena, 16);
        return slice(out, (size_t)(put_date(out, days) - out));
}

struct text value_time(struct arena *arena, int64_t seconds, uint32_t nanos)
{
        int64_t days = floor_divide(seconds, DAY_SECONDS);
        char *out, *at;

        if (days < DAYS_MIN || days > DAYS_MAX)
                return TEXT_NONE;
        out = arena_alloc(arena, 40);
        at = put_date(out, days);
        *at++ = 'T';
        at = put_clock(at, (uint64_t)(seconds - days * DAY_SECONDS), nanos);
        *at++ = 'Z';
        return slice(out, (size_t)(at - out));
}

static struct text time_of_day(struct arena *arena, int64_t seconds, uint32_t nanos)
{
        char *out;

        if (seconds < 0 || seconds > DAY_SECONDS) /* 24:00:00 exists in PostgreSQL */
                return TEXT_NONE;
        out = arena_alloc(arena, 24);
        return slice(out, (size_t)(put_clock(out, (uint64_t)seconds, nanos) - out));
}

int64_t value_guess_time_ms(int64_t value)
{
        uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

        if (size >= 100000000000000000ULL) /* nanoseconds from 1973 on */
                return value / 1000000;
        if (size >= 100000000000000ULL) /* microseconds from 1973 on */
                return value / 1000;
        if (size >= 100000000000ULL) /* milliseconds from 1973 on */
                return value;
        return value * 1000;
}

/* --- Connect schemas */

static const struct logical_type *find_logical(const struct json_node *schema)
{
        const struct json_node *name = json_get(schema, "name");

        if (!json_is(name, JSON_STRING))
                return NULL;
        for (size_t i = 0; i < sizeof(logical_types) / sizeof(logical_types[0]); i++) {
                if (text_equal(name->text, logical_types[i].name))
                        return &logical_types[i];
        }
        return NULL;
}

static struct text decimal_text(struct arena *arena, const struct json_node *node, const struct json_node *schema)
{
        int64_t scale = 0;
        struct text bytes;

        /* A point or a sign cannot be in base64: the converter wrote the decimal as text. */
        if (text_find_byte(node->text, '.', 0) >= 0 || text_find_byte(node->text, '-', 0) >= 0)
                return TEXT_NONE;
        if (!base64_decode(arena, node->text, &bytes))
                return TEXT_NONE;
        json_to_i64(json_path(schema, "parameters/scale"), &scale);
        return value_decimal(arena, bytes, scale);
}

static struct text logical_text(struct arena *arena, const struct json_node *node, const struct json_node *schema,
                                const struct logical_type *type)
{
        int64_t value, seconds;
        uint32_t nanos;

        if (type->logical == LOGICAL_DECIMAL)
                return node->kind == JSON_STRING ? decimal_text(arena, node, schema) : TEXT_NONE;
        if (node->kind != JSON_NUMBER || !text_to_i64(node->text, &value))
                return TEXT_NONE;
        if (type->logical == LOGICAL_DAYS)
                return value_date(arena, value);
        seconds = floor_divide(value, type->per_second);
        nanos = (uint32_t)(floor_rest(value, type->per_second) * (1000000000 / type->per_second));
        return type->logical == LOGICAL_TIMESTAMP ? value_time(arena, seconds, nanos)
                                                  : time_of_day(arena, seconds, nanos);
}

struct text value_text(struct arena *arena, const struct json_node *node, const struct json_node *schema, bool *number)
{
        const struct logical_type *type = schema ? find_logical(schema) : NULL;

        *number = false;
        if (type) {
                struct text text = logical_text(arena, node, schema, type);

                if (text.length > 0)
                        return text;
        }
        if (node->kind == JSON_NUMBER) {
                *number = true;
                for (uint32_t i = 1; i < node->text.length; i++) {
                        if ((node->text.data[i] | 0x20) == 'e')
                                return expand_exponent(arena, node->text, i);
                }
        }
        return json_scalar_text(node);
}

/* {"$oid":"…"}, {"$numberLong":"1"}, {"$date":1700000000000}: MongoDB Extended JSON v2. */
static bool mongo_value(struct arena *arena, const struct json_node *node, struct text *value)
{
        const struct json_node *child = node->child;
        int64_t time_ms;

        if (node->count != 1 || child->name.length < 2 || child->name.data[0] != '$')
                return false;
        if (!text_equal(child->name, TEXT("$date"))) {
                *value = json_scalar_text(child);
                return child->kind == JSON_STRING || child->kind == JSON_NUMBER;
        }
        if (json_is(child, JSON_OBJECT))
                child = json_get(child, "$numberLong");
        if (json_to_i64(child, &time_ms)) {
                int64_t seconds = floor_divide(time_ms, 1000);

                *value = value_time(arena, seconds, (uint32_t)floor_rest(time_ms, 1000) * 1000000);
        } else {
                *value = json_scalar_text(child);
        }
        return value->length > 0;
}

bool value_of_object(struct arena *arena, const struct json_node *node, const struct json_node *schema,
                     struct text *value)
{
        const struct json_node *scale, *digits, *name = json_get(schema, "name");
        struct text bytes;
        int64_t decimals;

        if (mongo_value(arena, node, value))
                return true;
        if (node->count != 2 &&
            !(json_is(name, JSON_STRING) && text_equal(name->text, TEXT("io.debezium.data.VariableScaleDecimal"))))
                return false;
        scale = value_untag(json_get(node, "scale"));
        digits = value_untag(json_get(node, "value"));
        if (!json_is(scale, JSON_NUMBER) || !text_to_i64(scale->text, &decimals) || !json_is(digits, JSON_STRING))
                return false;
        if (!base64_decode(arena, digits->text, &bytes))
                return false;
        *value = value_decimal(arena, bytes, decimals);
        return value->length > 0;
}

const struct json_node *value_field_schema(const struct json_node *schema, struct text name,
                                           const struct json_node **cursor)
{
        const struct json_node *fields, *field;

        if (!schema)
                return NULL;
        field = *cursor ? (*cursor)->next : NULL;
        if (!field || !text_equal(json_scalar_text(json_get(field, "field")), name)) {
                fields = json_get(schema, "fields");
                for (field = fields ? fields->child : NULL; field; field = field->next) {
                        if (text_equal(json_scalar_text(json_get(field, "field")), name))
                                break;
                }
        }
        if (field)
                *cursor = field;
        return field;
}

/* --- tagged unions and placeholders */

static bool is_avro_tag(const struct json_node *member)
{
        int64_t dot = text_find_byte(member->name, '.', 0);
        struct text first = dot < 0 ? member->name : text_slice(member->name, 0, (uint32_t)dot);

        for (size_t i = 0; i < sizeof(avro_primitives) / sizeof(avro_primitives[0]); i++) {
                if (text_equal(first, avro_primitives[i]))
                        return true;
        }
        return dot > 0 && member->kind == JSON_OBJECT; /* the full name of a record */
}

const struct json_node *value_untag(const struct json_node *node)
{
        while (json_is(node, JSON_OBJECT) && node->count == 1 && is_avro_tag(node->child))
                node = node->child;
        return node;
}

/* "Toasted values" in Debezium's PostgreSQL documentation. As text; as bytes in base64 or hex; inside an array or a map
 * of the column's type; quoted where the column is JSON text. */
static const struct text placeholders[] = {
        TEXT_INIT("__debezium_unavailable_value"),
        TEXT_INIT("X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="),
        TEXT_INIT("X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ"),
        TEXT_INIT("5f5f646562657a69756d5f756e617661696c61626c655f76616c7565"),
        TEXT_INIT("\"__debezium_unavailable_value\""),
        TEXT_INIT("{\"__debezium_unavailable_value\":\"__debezium_unavailable_value\"}"),
};

static bool is_placeholder(struct text text)
{
        for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
                if (text_equal(text, placeholders[i]))
                        return true;
        }
        return false;
}

/* Arrays of numbers spell the placeholder's bytes, one number each. */
static bool spells_placeholder(const struct json_node *array)
{
        const struct json_node *item = array->child;

        if (array->count != placeholders[0].length)
                return false;
        for (uint32_t i = 0; item; item = item->next, i++) {
                int64_t byte;

                if (item->kind != JSON_NUMBER || !text_to_i64(item->text, &byte) || byte != placeholders[0].data[i])
                        return false;
        }
        return true;
}

bool value_is_unavailable(const struct json_node *node)
{
        const struct json_node *child;

        switch (node->kind) {
        case JSON_STRING:
                return is_placeholder(node->text);
        case JSON_OBJECT:
                return node->count == 1 && text_equal(node->child->name, placeholders[0]);
        case JSON_ARRAY:
                child = value_untag(node->child);
                if (node->count == 1 && json_is(child, JSON_STRING))
                        return is_placeholder(child->text);
                return spells_placeholder(node);
        default:
                return false;
        }
}
