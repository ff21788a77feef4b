#define _GNU_SOURCE
#include "sequence.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE = 128 };

static char path[256], boot[40];
static int fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wanted = PTHREAD_COND_INITIALIZER;
/* Under the lock. Lines that the writer has not come to are one: there is no use in catching up. */
static struct sequence_state state;
static uint64_t wanted_counter;
static int is_wanted;

struct sequence_state sequence_state(void) {
  pthread_mutex_lock(&lock);
  struct sequence_state copy = state;
  pthread_mutex_unlock(&lock);
  return copy;
}

static void failed(const char *what) {
  pthread_mutex_lock(&lock);
  snprintf(state.error, sizeof state.error, "%s: %s", what, strerror(errno));
  pthread_mutex_unlock(&lock);
}

struct sequence_reading sequence_read(void) {
  struct sequence_reading result = {0, 0, 0, 0, 0};
  if (fd >= 0) posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  FILE *file = fopen(path, "r");
  if (!file) return result;
  char line[LINE];
  while (fgets(line, sizeof line, file)) {
    uint64_t number, count;
    char word[40];
    size_t length = strlen(line);
    if (length == 0 || line[length - 1] != '\n' || sscanf(line, "%lu %lu %39s", &number, &count, word) != 3) {
      result.torn++;
      continue;
    }
    if (result.lines == 0) result.first = number;
    else if (number != result.last + 1) result.gaps++;
    result.last = number;
    result.lines++;
  }
  fclose(file);
  return result;
}

static void append(uint64_t counter) {
  char line[LINE];
  uint64_t next = state.last + 1; /* only this thread changes it */
  pthread_mutex_lock(&lock);
  int length = snprintf(line, sizeof line, "%lu %lu %s\n", next, counter, boot);
  pthread_mutex_unlock(&lock);
  if (write(fd, line, (size_t)length) != length) return failed("write");
  pthread_mutex_lock(&lock);
  state.last = next;
  pthread_mutex_unlock(&lock);
  if (fdatasync(fd) != 0) return failed("fdatasync");
  pthread_mutex_lock(&lock);
  state.synced = next;
  state.error[0] = '\0';
  pthread_mutex_unlock(&lock);
}

static void *writer(void *unused) {
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&lock);
    while (!is_wanted) pthread_cond_wait(&wanted, &lock);
    is_wanted = 0;
    uint64_t counter = wanted_counter;
    pthread_mutex_unlock(&lock);
    append(counter);
  }
  return NULL;
}

void sequence_boot(const char *boot_id) {
  pthread_mutex_lock(&lock);
  snprintf(boot, sizeof boot, "%s", boot_id);
  pthread_mutex_unlock(&lock);
}

void sequence_append(uint64_t counter) {
  pthread_mutex_lock(&lock);
  wanted_counter = counter;
  is_wanted = 1;
  pthread_cond_signal(&wanted);
  pthread_mutex_unlock(&lock);
}

/* A new line must not be glued to half an old one. */
static void take_off_torn_end(void) {
  struct stat now;
  if (fstat(fd, &now) != 0 || now.st_size == 0) return;
  off_t end = now.st_size;
  char last;
  while (end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n') end--;
  if (end < now.st_size && ftruncate(fd, end) != 0) failed("ftruncate");
}

void sequence_open(const char *directory, const char *boot_id) {
  snprintf(path, sizeof path, "%s/sequence.log", directory);
  sequence_boot(boot_id);
  fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return failed("open");
  take_off_torn_end();
  state.last = state.synced = sequence_read().last;
  pthread_t thread;
  if ((errno = pthread_create(&thread, NULL, writer, NULL)) != 0) failed("pthread_create");
}
