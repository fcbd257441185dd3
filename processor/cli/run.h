/* run.h: `durand run`, the service. */
#pragma once

/* Takes the words from "run" on. Returns the process's exit code (service/service.h). */
int command_run(int argc, char **argv);
