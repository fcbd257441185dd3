/* subject.h: durand subject. */
#pragma once

int command_subject(int argc, char **argv);
