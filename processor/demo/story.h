/* story.h: what happened, in one line each, and what has come of it. Internal to demo. */
#pragma once

#include "demo/feed.h"
#include "demo/screen.h"
#include "demo/watch.h"

/* Tells the news that @watch has collected, and forgets them. */
void story_tell(struct screen *screen, struct watch *watch, const struct feed *feed);

/* Picture of the end: systems, one golden record with its lineage, conflicts. */
void picture_show(struct screen *screen, const struct watch *watch, const struct feed *feed,
                  const struct config *config);
