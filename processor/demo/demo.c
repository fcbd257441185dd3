/* The demo's course:
 *
 *   sample      configuration and events that the program carries, with the broker's address put in
 *   expected    a replay of the same events, for the digest that the show must end with
 *   broker      librdkafka's own, with all topics made beforehand
 *   service     service_run() in a thread of its own, as `durand run` calls it
 *   show        a day of the story every few hundred milliseconds; what is published meanwhile is told
 *   picture     once the digest of what was published is that of the replay
 *
 * Everything lives in one directory that goes at the end, unless it is to be kept.
 */
#include "demo/demo.h"

#include "base/clock.h"
#include "base/log.h"
#include "demo/sample.h"
#include "demo/story.h"
#include "kafka/mock.h"
#include "model/model.h"
#include "replay/replay.h"
#include "service/service.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_SHOW_MS 150
#define DAY_WAIT_MS 2000
#define END_WAIT_MS 30000
#define TOLD_MS 100

enum {
        DEMO_CLEAN = 0,
        DEMO_USAGE = 2,
        DEMO_FAILED = 3,
};

struct demo {
        const struct demo_options *options;
        struct screen screen;
        struct arena arena;
        char directory[4096];
        struct config config;
        bool has_config;
        struct model *model;
        struct engine_digest expected;
        struct kafka_mock *mock;
        struct feed feed;
        struct watch watch;
        pthread_t thread;
        bool started;
        atomic_int stop;  /* for the service */
        atomic_int ended; /* the service has */
        int service_exit;
        struct error error;
};

static bool interrupted(const struct demo *demo)
{
        return demo->options->stop && atomic_load(demo->options->stop);
}

/* ---- the directory -------------------------------------------------------------------------------------------------
 */

static int make_directory(struct demo *demo)
{
        const char *base = getenv("TMPDIR");

        if (demo->options->keep) {
                snprintf(demo->directory, sizeof(demo->directory), "%s", demo->options->keep);
                if (mkdir(demo->directory, 0777) != 0)
                        return error_set(&demo->error, ERR_USAGE, "cannot make the directory %s: %s%s", demo->directory,
                                         strerror(errno), errno == EEXIST ? "; --keep takes a new one" : "");
                return 0;
        }
        snprintf(demo->directory, sizeof(demo->directory), "%s/durand-demo-XXXXXX", base && base[0] ? base : "/tmp");
        if (!mkdtemp(demo->directory)) {
                demo->directory[0] = '\0';
                return error_set(&demo->error, ERR_USAGE, "cannot make a temporary directory: %s", strerror(errno));
        }
        return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
        (void)status;
        (void)type;
        (void)place;
        return remove(path);
}

static void remove_directory(const struct demo *demo)
{
        if (demo->directory[0] && !demo->options->keep)
                nftw(demo->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static struct text path_of(struct demo *demo, const char *name)
{
        return arena_printf(&demo->arena, "%s/%s", demo->directory, name);
}

static int write_file(struct demo *demo, const char *name, const struct sample_file *content)
{
        struct text path = path_of(demo, name);
        FILE *file = fopen(path.data, "w");
        bool written = file && fwrite(content->data, 1, content->length, file) == content->length;

        if (file && fclose(file) != 0)
                written = false;
        return written ? 0 : error_set(&demo->error, ERR_USAGE, "cannot write %s: %s", path.data, strerror(errno));
}

/* ---- what the show must end with -----------------------------------------------------------------------------------
 */

static int load_sample(struct demo *demo)
{
        struct text yaml = {.data = (const char *)sample_config.data, .length = (uint32_t)sample_config.length};
        struct config_problems problems = {0};
        int r = config_load_text(yaml, "durand.yaml", &demo->config, &problems);

        demo->has_config = true;
        if (r < 0)
                error_set(&demo->error, r, "the sample's configuration: %.*s",
                          TEXT_ARG(problems.count > 0 ? problems.items[0].message : TEXT("unusable")));
        config_problems_free(&problems);
        if (r < 0)
                return r;
        demo->model = model_new_builtin();
        for (int type = 0; type < TYPE_COUNT; type++)
                model_set_population(demo->model, (enum record_type)type, demo->config.population[type]);
        model_set_rules(demo->model, &demo->config.rules);
        config_compute_epoch(&demo->config, text_from(model_hash(demo->model)));
        demo->config.state_dir = path_of(demo, "state");
        demo->config.partitions = 1;
        r = write_file(demo, "durand.yaml", &sample_config);
        r = r ? r : write_file(demo, "events.ndjson", &sample_events);
        return r ? r : feed_load(&demo->feed, &demo->config, &demo->error);
}

static int replay_sample(struct demo *demo)
{
        const char *input = path_of(demo, "events.ndjson").data;
        const char *state = path_of(demo, "replay").data;
        struct replay_options options = {
                .config = &demo->config,
                .model = demo->model,
                .inputs = &input,
                .input_count = 1,
                .type = TYPE_COUNT,
                .state_dir = state,
        };
        struct replay_result result;
        int r = replay_run(&options, &result, &demo->error);

        demo->expected = result.digest;
        if (r == 0)
                nftw(state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        return r;
}

/* ---- broker and service --------------------------------------------------------------------------------------------
 */

static int add_topic(void *context, const char *name, int32_t partitions)
{
        struct demo *demo = context;

        return kafka_mock_add_topic(demo->mock, name, partitions, &demo->error);
}

static int start_broker(struct demo *demo)
{
        struct kafka_property *property = arena_calloc(&demo->arena, 1, sizeof(*property));
        int r = kafka_mock_open(&demo->mock, &demo->error);

        if (r < 0)
                return r;
        *property = (struct kafka_property){.name = TEXT("bootstrap.servers"),
                                            .value = text_from(kafka_mock_address(demo->mock))};
        demo->config.kafka = property;
        demo->config.kafka_count = 1;
        r = service_list_topics(&demo->config, add_topic, demo);
        for (uint32_t i = 0; i < demo->feed.topic_count && r == 0; i++)
                r = add_topic(demo, demo->feed.topics[i].name, 1);
        r = r ? r : feed_connect(&demo->feed, &demo->config, &demo->error);
        return r ? r : watch_open(&demo->watch, &demo->config, &demo->error);
}

static void *run_service(void *context)
{
        struct demo *demo = context;
        struct service_options options = {.config = &demo->config,
                                          .model = demo->model,
                                          .stop = &demo->stop,
                                          .embedded = true};

        demo->service_exit = service_run(&options);
        atomic_store(&demo->ended, 1);
        return NULL;
}

static int start_service(struct demo *demo)
{
        int failure = pthread_create(&demo->thread, NULL, run_service, demo);

        if (failure)
                return error_set(&demo->error, ERR_FATAL, "cannot start a thread: %s", strerror(failure));
        demo->started = true;
        return 0;
}

static int stop_service(struct demo *demo)
{
        if (!demo->started)
                return 0;
        atomic_store(&demo->stop, 1);
        pthread_join(demo->thread, NULL);
        demo->started = false;
        return demo->service_exit == SERVICE_EXIT_CLEAN
                       ? 0
                       : error_set(&demo->error, ERR_FATAL, "the service ended with %d", demo->service_exit);
}

/* ---- the show ------------------------------------------------------------------------------------------------------
 */

static void show_progress(struct demo *demo)
{
        char text[256];

        snprintf(text, sizeof(text), "  %zu of %zu events: %zu people, %zu companies, %zu open conflicts",
                 demo->feed.sent, demo->feed.count, watch_count(&demo->watch, WATCH_GOLDEN, TYPE_PERSON),
                 watch_count(&demo->watch, WATCH_GOLDEN, TYPE_ORGANIZATION),
                 watch_count(&demo->watch, WATCH_CONFLICTS, TYPE_PERSON));
        screen_status(&demo->screen, text);
}

static int watch_and_tell(struct demo *demo, int64_t wait_ms)
{
        int r = watch_poll(&demo->watch, wait_ms, &demo->error);

        story_tell(&demo->screen, &demo->watch, &demo->feed);
        show_progress(demo);
        if (r == 0 && atomic_load(&demo->ended))
                r = error_set(&demo->error, ERR_FATAL, "the service ended by itself, with %d", demo->service_exit);
        return r;
}

/* Shows what the events of a day have caused. The next day waits until something came of this one, so that on a slow
 * machine the story is told slowly and not in one heap. */
static int show_day(struct demo *demo)
{
        int64_t deadline_ms = clock_monotonic_ms() + DAY_WAIT_MS;
        uint64_t before = demo->watch.messages;
        int r;

        do {
                r = watch_and_tell(demo, DAY_SHOW_MS);
        } while (r == 0 && demo->watch.messages == before && clock_monotonic_ms() < deadline_ms && !interrupted(demo));
        return r;
}

static bool reached_end(const struct demo *demo)
{
        return hash128_equal(demo->watch.derived, demo->expected.derived);
}

static int run_show(struct demo *demo)
{
        int64_t deadline_ms;
        int r;

        while ((r = feed_next_day(&demo->feed, &demo->error)) == 1 && !interrupted(demo)) {
                r = show_day(demo);
                if (r < 0)
                        return r;
        }
        deadline_ms = clock_monotonic_ms() + END_WAIT_MS;
        while (r == 0 && !reached_end(demo) && !interrupted(demo)) {
                r = watch_and_tell(demo, DAY_SHOW_MS);
                if (r == 0 && clock_monotonic_ms() >= deadline_ms)
                        r = error_set(&demo->error, ERR_FATAL,
                                      "what the service published is not what a replay of the same events gives");
        }
        r = r < 0 ? r : watch_and_tell(demo, TOLD_MS); /* `changes` that came behind the last golden record */
        screen_status(&demo->screen, NULL);
        return r;
}

static void show_beginning(struct demo *demo)
{
        screen_line(&demo->screen, STYLE_STRONG, "durand demo: two Salesforce orgs and an ERP, %zu change events",
                    demo->feed.count);
        screen_line(&demo->screen, STYLE_PLAIN, "%s", "");
        screen_wrapped(&demo->screen, STYLE_FAINT, 0,
                       TEXT("This is the very service of `durand run`, on a broker inside this program. That broker is "
                            "for show: "
                            "it does not isolate transactions and forgets everything. Exactly once needs a real "
                            "Kafka."));
        screen_line(&demo->screen, STYLE_PLAIN, "%s", "");
}

static void show_next(struct demo *demo)
{
        static const char *const steps[][2] = {
                {"your own rows, without Kafka or configuration:",
                 "durand replay --input rows.csv --source crm --output out"},
                {"what each of your events becomes:", "durand decode --config durand.yaml events.ndjson"},
                {"every mistake in your configuration:", "durand check --config durand.yaml"},
                {"the service, on a real Kafka:", "durand run --config durand.yaml"},
        };
        struct screen *screen = &demo->screen;
        const char *keep = demo->options->keep;
        char digest[HASH128_HEX_SIZE];

        hash128_to_hex(demo->watch.derived, digest);
        screen_line(screen, STYLE_PLAIN, "%s", "");
        screen_line(screen, STYLE_GOOD, "A replay of the same events gives the same outputs: digest %s", digest);
        screen_line(screen, STYLE_PLAIN, "%s", "");
        screen_line(screen, STYLE_STRONG, "What to try next");
        screen_line(screen, STYLE_PLAIN, "  %-47s durand %s%s%s",
                    "the tables of this state:", keep ? "inspect --state " : "demo --keep DIR", keep ? keep : "",
                    keep ? "/state" : "");
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
                screen_line(screen, STYLE_PLAIN, "  %-47s %s", steps[i][0], steps[i][1]);
}

static int perform(struct demo *demo)
{
        int r = make_directory(demo);

        r = r ? r : load_sample(demo);
        r = r ? r : replay_sample(demo);
        if (r < 0)
                return r;
        show_beginning(demo);
        r = start_broker(demo);
        r = r ? r : start_service(demo);
        r = r ? r : run_show(demo);
        if (r == 0)
                r = stop_service(demo);
        if (r < 0 || interrupted(demo))
                return r;
        picture_show(&demo->screen, &demo->watch, &demo->feed, &demo->config);
        show_next(demo);
        return 0;
}

int demo_run(const struct demo_options *options)
{
        struct demo demo = {
                .options = options,
                .screen = {.terminal = options->terminal, .colour = options->colour, .width = options->width},
        };
        int r;

        log_configure(LOG_ERROR, false);
        r = perform(&demo);
        screen_status(&demo.screen, NULL);
        if (r < 0)
                fprintf(stderr, "durand demo: %s\n", demo.error.text);
        stop_service(&demo);
        watch_close(&demo.watch);
        feed_close(&demo.feed);
        kafka_mock_close(demo.mock);
        model_free(demo.model);
        if (demo.has_config)
                config_free(&demo.config);
        remove_directory(&demo);
        buffer_free(&demo.screen.line);
        arena_free(&demo.arena);
        return r == 0 ? DEMO_CLEAN : r == ERR_USAGE ? DEMO_USAGE : DEMO_FAILED;
}
