/* base64.h: bytes inside JSON (RFC 4648 sections 4 and 5). */
#pragma once

#include "base/arena.h"

/* Decodes @text, in the standard or the URL alphabet, with or without padding, into @arena. False for anything else. */
bool base64_decode(struct arena *arena, struct text text, struct text *bytes);

/* @bytes in the standard alphabet with padding, in @arena. */
struct text base64_encode(struct arena *arena, struct text bytes);
