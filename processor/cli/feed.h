/* feed.h: durand feed export: a feed's rows as they stand. */
#pragma once

int command_feed(int argc, char **argv);
