/* replay.h: durand replay. */
#pragma once

int command_replay(int argc, char **argv);
