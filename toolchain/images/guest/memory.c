#define _GNU_SOURCE
#include "memory.h"
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { PAGE = 4096, WORDS = PAGE / 8, PAGES = 256, REWRITTEN = 64, LOAD_MIB = 32, PAGES_A_MIB = 256 };

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

static _Atomic unsigned rate;

static void *load(void *unused) {
  (void)unused;
  volatile char *area = mmap(NULL, (size_t)LOAD_MIB << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) return NULL;
  unsigned page = 0;
  for (;;) {
    /* Ten portions a second: a rate that the machine cannot keep just keeps it busy. */
    for (unsigned left = rate * PAGES_A_MIB / 10; left > 0; left--) {
      area[(size_t)page * PAGE]++;
      page = (page + 1) % (LOAD_MIB * PAGES_A_MIB);
    }
    nanosleep(&(struct timespec){0, 100 * 1000000L}, NULL);
  }
  return NULL;
}

void memory_load(unsigned mib_a_second) {
  static int started;
  rate = mib_a_second;
  pthread_t thread;
  if (!started && mib_a_second > 0) started = pthread_create(&thread, NULL, load, NULL) == 0;
}
