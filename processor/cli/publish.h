/* publish.h: durand publish, events of files to their topics. */
#pragma once

int command_publish(int argc, char **argv);
