/* explain.h: durand explain. */
#pragma once

int command_explain(int argc, char **argv);
