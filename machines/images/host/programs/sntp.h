#pragma once
#include <stdbool.h>

/*
 * Sets the clock by SNTP (RFC 4330) from the server at an IPv4 address: of four answers by the quickest. A machine's own clock
 * chip tells whole seconds only. Without an answer within 20 s nothing is set, and false returned.
 */
bool sntp_set_clock(const char *address);
