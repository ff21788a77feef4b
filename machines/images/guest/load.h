/* Loads for moves to cope with. What was done of each is counted, so that a move's price can be told from outside. */
#include <stdint.h>

/* Writes to 32 MiB of memory at this rate, in MiB/s, a word to every page; 0 stops. */
void load_memory(unsigned mib_a_second);

/* Writes to a file of 4 MiB in the directory, over and over, at this rate in KiB/s, synced ten times a second; 0 stops. */
void load_disk(const char *directory, unsigned kib_a_second);

/* Since the start of the guest: pages of memory that were written, and KiB that are on the disk for sure. */
struct load_done {
  uint64_t memory_pages, disk_kib;
};
struct load_done load_done(void);
