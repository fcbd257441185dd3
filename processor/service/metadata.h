/* metadata.h: the note beside each committed offset.
 *
 * It travels in the offset's metadata, so it is atomic with the outputs and the positions:
 *
 *   v1 <instance> <epoch> <beat> <digest of R and J> <digest of D>
 *
 * It answers what nothing else in Kafka can: who wrote last (a fenced producer cannot tell from the error whether
 * somebody took over or its own transaction timed out), under which configuration, whether it is alive (the beat
 * grows), and what the state must be at these positions. D alone does not see ghosts and histories, so there are two
 * digests.
 */
#pragma once

#include "engine/engine.h"

#define NOTE_TEXT_SIZE 200
#define NOTE_ID_SIZE 33

struct note {
        char instance[NOTE_ID_SIZE]; /* of a running process, 32 hexadecimal digits: a copied state directory is another
                                      */
        char epoch[NOTE_ID_SIZE];
        uint64_t beat;
        bool has_digest; /* false where the state was not known when the note was written: "-" in the text */
        struct engine_digest digest;
};

/* A new random id. */
void note_make_instance(char id[NOTE_ID_SIZE]);

void note_write(const struct note *note, char text[NOTE_TEXT_SIZE]);

/* False for anything that no version of this function's counterpart wrote. */
bool note_parse(const char *text, struct note *note);
