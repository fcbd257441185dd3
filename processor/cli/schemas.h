/* schemas.h: durand schemas. */
#pragma once

int command_schemas(int argc, char **argv);
