/* mock.h: librdkafka's embedded broker, for `durand demo` and unit tests.
 *
 * It listens on a local TCP port, so that several clients can use it. It acknowledges transactions without isolating
 * them and forgets offsets that were sent in one, and keeps 5 MiB a partition: enough to show the program at work, no
 * ground for any claim of exactly-once.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct kafka_mock;

int kafka_mock_open(struct kafka_mock **mock, struct error *error);
void kafka_mock_close(struct kafka_mock *mock); /* NULL is allowed */

/* host:port, for bootstrap.servers; lives as long as @mock. */
const char *kafka_mock_address(const struct kafka_mock *mock);

/* Makes a topic. The embedded broker knows no administration requests, so everything is made here beforehand. */
int kafka_mock_add_topic(struct kafka_mock *mock, const char *name, int32_t partitions, struct error *error);

/* Lets the next @count produce requests fail for good, as for a topic that we may not write: the transaction they
 * belong to must be aborted. */
void kafka_mock_refuse_produce(struct kafka_mock *mock, unsigned count);
