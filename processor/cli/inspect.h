/* inspect.h: `durand inspect`, the tables of the state as a person reads them. */
#pragma once

/* Takes the words from "inspect" on. Returns the process's exit code. */
int command_inspect(int argc, char **argv);
