/* decode.h: durand decode. */
#pragma once

int command_decode(int argc, char **argv);
