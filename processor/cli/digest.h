/* digest.h: durand digest. */
#pragma once

int command_digest(int argc, char **argv);
