/* demo.h: `durand demo`, the service before one's eyes.
 *
 * The events of docker/sample go through an embedded broker to the very service that `durand run` runs; what it
 * publishes is read back and told as it happens, and at the end shown as a picture. The broker is librdkafka's own, fit
 * for a show: it does not isolate transactions (kafka/mock.h). What is shown must agree with a replay of the same
 * events, to the digest; where it does not, the demo says so and fails.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

struct demo_options {
        const char *keep;       /* directory that keeps state, events and configuration; NULL: nothing is kept */
        const atomic_int *stop; /* set by a signal handler: tidy up and end */
        bool terminal;          /* standard output is one: a line of progress may be rewritten */
        bool colour;
        int width; /* columns */
};

/* Exit codes: 0, 2 (the directory to keep cannot be used), 3 (what was shown is not what a replay gives, or the service
 * failed). */
int demo_run(const struct demo_options *options);
