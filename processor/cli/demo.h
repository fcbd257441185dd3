/* demo.h: durand demo. */
#pragma once

int command_demo(int argc, char **argv);
