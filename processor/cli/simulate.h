/* simulate.h: durand simulate. */
#pragma once

int command_simulate(int argc, char **argv);
