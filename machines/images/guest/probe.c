/*
 * The guest's probe: answers over the network who the guest is and how far it has counted, so that whoever moves
 * the guest can prove from outside that the same running guest arrived.
 *
 *   probe [-p PORT] [-d DIRECTORY] [-e ERRORS] [-c CONSOLE]     defaults: 7000, /data, ext4's count of errors on vda, none
 *
 * TCP: one JSON line on connecting, one more for each line received. "disk" is answered by what a fresh reading of the
 * sequence file shows and how the file system is, "memory" by a check of the memory pattern; any other line by the status.
 * "load N" lets it write to its memory, N MiB/s, and "writes N" to its disk, N KiB/s: what was done is in the status.
 * "resumed ID" tells it that it was started from a memory that others have too: from then on it is ID.
 * UDP: each datagram is answered by the status with "echo".
 *
 * counter: +1 every 100 ms, in memory only. sequence, memory, load: see sequence.h, memory.h and load.h.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "filesystem.h"
#include "load.h"
#include "memory.h"
#include "sequence.h"

enum { MAX_CLIENTS = 32, LINE = 128, TICK_MS = 100, TICKS_A_SECOND = 10 };

static char boot_id[40] = "unknown";
static const char *directory = "/data", *errors_file = "/sys/fs/ext4/vda/errors_count";
static int resumed;
static uint64_t counter;
static int timer = -1, console = -1;

static uint64_t uptime_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void read_boot_id(void) {
  FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
  if (!file) return;
  if (fscanf(file, "%39s", boot_id) != 1) strcpy(boot_id, "unknown");
  fclose(file);
}

/* Two guests from one memory must not be taken for each other, nor draw the same random numbers. */
static void become(const char *id) {
  if (strlen(id) != 36 || strspn(id, "0123456789abcdef-") != 36) return;
  strcpy(boot_id, id);
  resumed = 1;
  struct { int entropy_count, size; char seed[36]; } pool = {36 * 4, 36, ""};
  memcpy(pool.seed, id, 36);
  int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
  if (fd >= 0) {
    ioctl(fd, RNDADDENTROPY, &pool);
    ioctl(fd, RNDRESEEDCRNG);
    close(fd);
  }
  memory_fill(boot_id);
  sequence_boot(boot_id);
}

static void print_line(void) {
  char line[LINE];
  struct sequence_state disk = sequence_state();
  int length = snprintf(line, sizeof line, "counter=%lu sequence=%lu synced=%lu\r\n", counter, disk.last, disk.synced);
  if (console >= 0 && write(console, line, (size_t)length) < 0) return;
}

/*
 * Counts the ticks that have passed, so that a guest that was paused goes on counting where it was. Before each answer too: what
 * was asked before may have taken its time.
 */
static void tick(void) {
  static unsigned since_second;
  uint64_t passed;
  if (read(timer, &passed, sizeof passed) != sizeof passed) return;
  counter += passed;
  memory_tick();
  since_second += (unsigned)passed;
  if (since_second < TICKS_A_SECOND) return;
  since_second = 0;
  sequence_append(counter);
  print_line();
}

static int status_json(char *out, size_t size, const char *echo) {
  tick();
  struct sequence_state disk = sequence_state();
  struct load_done load = load_done();
  char error[128] = "null";
  if (disk.error[0]) snprintf(error, sizeof error, "\"%s\"", disk.error);
  return snprintf(out, size,
                  "{\"bootId\":\"%s\",\"counter\":%lu,\"uptimeMs\":%lu,\"sequence\":%lu,\"syncedSequence\":%lu,"
                  "\"memoryLoadPages\":%lu,\"diskLoadKiB\":%lu,\"diskError\":%s,\"resumed\":%s%s%s%s}\n",
                  boot_id, counter, uptime_ms(), disk.last, disk.synced, load.memory_pages, load.disk_kib, error,
                  resumed ? "true" : "false", echo ? ",\"echo\":\"" : "", echo ? echo : "", echo ? "\"" : "");
}

static int disk_json(char *out, size_t size) {
  struct sequence_reading disk = sequence_read();
  struct filesystem_state filesystem = filesystem_state(directory, errors_file);
  char errors[24] = "null";
  if (filesystem.errors >= 0) snprintf(errors, sizeof errors, "%ld", filesystem.errors);
  return snprintf(out, size,
                  "{\"first\":%lu,\"last\":%lu,\"lines\":%lu,\"gaps\":%lu,\"torn\":%lu,\"errors\":%s,\"readOnly\":%s}\n",
                  disk.first, disk.last, disk.lines, disk.gaps, disk.torn, errors, filesystem.read_only ? "true" : "false");
}

static int memory_json(char *out, size_t size) {
  struct memory_reading memory = memory_check();
  return snprintf(out, size, "{\"pages\":%lu,\"wrong\":%lu,\"written\":%lu}\n", memory.pages, memory.wrong, memory.written);
}

struct client {
  int fd;
  size_t length;
  char line[LINE];
};
static struct client clients[MAX_CLIENTS];

static void drop(struct client *client) {
  close(client->fd);
  client->fd = -1;
}

static void answer(struct client *client, const char *question) {
  char out[512];
  int length;
  if (strncmp(question, "disk", 4) == 0) length = disk_json(out, sizeof out);
  else if (strncmp(question, "memory", 6) == 0) length = memory_json(out, sizeof out);
  else {
    if (strncmp(question, "load ", 5) == 0) load_memory((unsigned)atoi(question + 5));
    if (strncmp(question, "writes ", 7) == 0) load_disk(directory, (unsigned)atoi(question + 7));
    if (strncmp(question, "resumed ", 8) == 0) become(question + 8);
    length = status_json(out, sizeof out, NULL);
  }
  /* A reader too slow for one line loses its connection rather than holding up the others. */
  if (send(client->fd, out, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) != length) drop(client);
}

static void accept_client(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  for (int index = 0; index < MAX_CLIENTS; index++) {
    if (clients[index].fd >= 0) continue;
    clients[index].fd = fd;
    clients[index].length = 0;
    answer(&clients[index], "");
    return;
  }
  close(fd);
}

static void read_client(struct client *client) {
  char in[LINE];
  ssize_t got = recv(client->fd, in, sizeof in, MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN)) return drop(client);
  for (ssize_t index = 0; index < got && client->fd >= 0; index++) {
    if (in[index] != '\n') {
      if (client->length < LINE - 1) client->line[client->length++] = in[index];
      continue;
    }
    client->line[client->length] = '\0';
    client->length = 0;
    answer(client, client->line);
  }
}

static void answer_datagram(int fd) {
  char in[65], out[600];
  struct sockaddr_in from;
  socklen_t from_length = sizeof from;
  ssize_t got = recvfrom(fd, in, sizeof in - 1, MSG_DONTWAIT, (struct sockaddr *)&from, &from_length);
  if (got < 0) return;
  in[got] = '\0';
  for (ssize_t index = 0; index < got; index++)
    if (in[index] < 0x20 || in[index] > 0x7e || in[index] == '"' || in[index] == '\\') in[index] = '.';
  int length = status_json(out, sizeof out, in);
  sendto(fd, out, (size_t)length, MSG_DONTWAIT, (struct sockaddr *)&from, from_length);
}

static int listen_on(int type, uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  int yes = 1;
  int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || (type == SOCK_STREAM && listen(fd, 16) != 0)) {
    perror("probe: listen");
    exit(1);
  }
  return fd;
}

int main(int argc, char **argv) {
  int port = 7000, option;
  while ((option = getopt(argc, argv, "p:d:e:c:")) != -1) {
    if (option == 'p') port = atoi(optarg);
    else if (option == 'd') directory = optarg;
    else if (option == 'e') errors_file = optarg;
    else if (option == 'c') console = open(optarg, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    else return 2;
  }
  read_boot_id();
  memory_fill(boot_id);
  sequence_open(directory, boot_id);
  int tcp = listen_on(SOCK_STREAM, (uint16_t)port), udp = listen_on(SOCK_DGRAM, (uint16_t)port);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  struct itimerspec every = {{0, TICK_MS * 1000000L}, {0, TICK_MS * 1000000L}};
  timerfd_settime(timer, 0, &every, NULL);
  for (int index = 0; index < MAX_CLIENTS; index++) clients[index].fd = -1;
  print_line();

  for (;;) {
    struct pollfd watched[MAX_CLIENTS + 3] = {{timer, POLLIN, 0}, {tcp, POLLIN, 0}, {udp, POLLIN, 0}};
    for (int index = 0; index < MAX_CLIENTS; index++) watched[index + 3] = (struct pollfd){clients[index].fd, POLLIN, 0};
    if (poll(watched, MAX_CLIENTS + 3, -1) < 0) continue;
    if (watched[0].revents) tick();
    for (int index = 0; index < MAX_CLIENTS; index++)
      if (watched[index + 3].revents && clients[index].fd >= 0) read_client(&clients[index]);
    if (watched[1].revents) accept_client(tcp);
    if (watched[2].revents) answer_datagram(udp);
  }
}
