#define _GNU_SOURCE
#include "load.h"
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES_A_MIB = 256, MEMORY_MIB = 32, KIB = 1024, FILE_KIB = 4096, BLOCK_KIB = 64, PORTIONS_A_SECOND = 10 };

struct load {
  _Atomic unsigned rate; /* units a second */
  _Atomic uint64_t done;
  int started;
  unsigned rest;
};
static struct load memory, disk;
static char path[256];

/* How much to do in this portion. A rate that the machine cannot keep just keeps it busy. */
static unsigned portion(struct load *load) {
  nanosleep(&(struct timespec){0, 1000000000L / PORTIONS_A_SECOND}, NULL);
  load->rest += load->rate;
  unsigned now = load->rest / PORTIONS_A_SECOND;
  load->rest %= PORTIONS_A_SECOND;
  return now;
}

static void *write_memory(void *unused) {
  (void)unused;
  volatile char *area = mmap(NULL, (size_t)MEMORY_MIB << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) return NULL;
  for (unsigned page = 0;;) {
    /* A portion that takes long is left when it is not wanted any more. */
    for (unsigned left = portion(&memory); left > 0 && memory.rate > 0; left--) {
      area[(size_t)page * PAGE]++;
      page = (page + 1) % (MEMORY_MIB * PAGES_A_MIB);
      memory.done++;
    }
  }
}

static void *write_disk(void *unused) {
  (void)unused;
  static char block[BLOCK_KIB * KIB];
  memset(block, 'x', sizeof block);
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return NULL;
  for (unsigned at = 0;;) {
    unsigned left = portion(&disk), written = 0;
    while (left > 0) {
      unsigned size = left < BLOCK_KIB ? left : BLOCK_KIB;
      if (size > FILE_KIB - at) size = FILE_KIB - at;
      /* A full disk is tried again in the next portion, and shows as what was not done. */
      if (pwrite(fd, block, (size_t)size * KIB, (off_t)at * KIB) != (ssize_t)size * KIB) break;
      at = (at + size) % FILE_KIB;
      written += size;
      left -= size;
    }
    if (written > 0 && fdatasync(fd) == 0) disk.done += written;
  }
}

static void set(struct load *load, void *(*work)(void *), unsigned rate) {
  load->rate = rate;
  pthread_t thread;
  if (!load->started && rate > 0) load->started = pthread_create(&thread, NULL, work, NULL) == 0;
}

void load_memory(unsigned mib_a_second) {
  set(&memory, write_memory, mib_a_second * PAGES_A_MIB);
}

void load_disk(const char *directory, unsigned kib_a_second) {
  if (!path[0]) snprintf(path, sizeof path, "%s/load", directory);
  set(&disk, write_disk, kib_a_second);
}

struct load_done load_done(void) {
  return (struct load_done){memory.done, disk.done};
}
