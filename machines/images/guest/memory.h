/*
 * Memory that can be proved: 1 MiB of pages, each filled from who the guest is, the page's number and how often it was
 * written. A quarter of them is written anew in turn, one page a tick, so that a move which loses a write is found out;
 * the rest is never touched again, so that one which loses a page is.
 */
#include <stdint.h>

void memory_fill(const char *boot_id);

/* Writes the next page anew. */
void memory_tick(void);

struct memory_reading {
  uint64_t pages, wrong, written;
};
struct memory_reading memory_check(void);
