#include "memory.h"

enum { PAGE = 4096, WORDS = PAGE / 8, PAGES = 256, REWRITTEN = 64 };

static uint64_t pages[PAGES][WORDS] __attribute__((aligned(PAGE)));
/* How often each page was written. In pages of its own: a lost write must not lose its count too. */
static uint64_t generations[PAGES] __attribute__((aligned(PAGE)));
static uint64_t seed, written;

/* Bits of one number spread over all of another (the finisher of SplitMix64). */
static uint64_t spread(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static uint64_t first_word(unsigned page) {
  return spread(seed ^ spread(((uint64_t)page << 40) + generations[page] + 1));
}

static void write_page(unsigned page) {
  uint64_t word = first_word(page);
  for (unsigned index = 0; index < WORDS; index++) pages[page][index] = word + index;
}

void memory_fill(const char *boot_id) {
  seed = 0;
  for (const char *at = boot_id; *at; at++) seed = spread(seed + (unsigned char)*at);
  for (unsigned page = 0; page < PAGES; page++) write_page(page);
}

void memory_tick(void) {
  unsigned page = (unsigned)(written++ % REWRITTEN);
  generations[page]++;
  write_page(page);
}

struct memory_reading memory_check(void) {
  struct memory_reading result = {PAGES, 0, written};
  for (unsigned page = 0; page < PAGES; page++) {
    uint64_t word = first_word(page);
    for (unsigned index = 0; index < WORDS; index++) {
      if (pages[page][index] == word + index) continue;
      result.wrong++;
      break;
    }
  }
  return result;
}
