/* decide.h: `durand decide`. */
#pragma once

int command_decide(int argc, char **argv);
