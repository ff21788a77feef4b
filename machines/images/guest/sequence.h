/* The guest's sequence on its disk: one line "sequence counter bootId" a second, synced, gapless over boots and moves. */
#include <stdint.h>

/* Goes on from the last whole line of DIRECTORY/sequence.log; a line torn by a power cut is taken off. Starts the writer. */
void sequence_open(const char *directory, const char *boot_id);

/* What the lines say from now on of the boot that they were written in. */
void sequence_boot(const char *boot_id);

/* Asks for one more line with this counter. Never waits for the disk: a share that does not answer holds up the writer only. */
void sequence_append(uint64_t counter);

struct sequence_state {
  uint64_t last, synced;
  char error[96]; /* empty: none */
};
struct sequence_state sequence_state(void);

/* What the file holds: read from the disk, not from the cache. */
struct sequence_reading {
  uint64_t first, last, lines, gaps, torn;
};
struct sequence_reading sequence_read(void);
