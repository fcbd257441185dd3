/* evaluate.h: durand evaluate. */
#pragma once

int command_evaluate(int argc, char **argv);
