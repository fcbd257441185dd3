/* train.h: durand train. */
#pragma once

int command_train(int argc, char **argv);
