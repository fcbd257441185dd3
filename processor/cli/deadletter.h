/* deadletter.h: durand deadletter, the messages that could not be used. */
#pragma once

int command_deadletter(int argc, char **argv);
