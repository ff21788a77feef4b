/*
 * wake [GATEWAY [GUEST...]]
 *
 * A machine that belongs to nobody waits in here, and is saved meanwhile. Whoever starts it from that memory gives it another
 * identity disk; when it sees that, it becomes that lab's machine, with keys, times and random numbers of its own, and at last
 * its SSH server. One program and few others: each that starts costs an emulated machine a fifth of a second, more where, as
 * here, none of its code has run before.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include "sntp.h"

enum { SECTOR = 2048, LABEL_AT = 16 * SECTOR, POLL_MS = 50 };
#define IDENTITY_DISK "/dev/vdb"
#define IDENTITY "/run/lab/cidata"
#define HOST_KEY "/etc/ssh/ssh_host_ed25519_key"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* The disk's label, from the disk itself: what the kernel remembers of it may be another lab's. */
static bool read_label(void *label) {
  int disk = open(IDENTITY_DISK, O_RDONLY | O_DIRECT | O_CLOEXEC);
  if (disk < 0) return false;
  bool whole = pread(disk, label, SECTOR, LABEL_AT) == SECTOR;
  close(disk);
  return whole;
}

static void run(char *const words[]) {
  pid_t child = fork();
  int status;
  if (child == 0) {
    execv(words[0], words);
    fail(words[0]);
  }
  if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
    fprintf(stderr, "%s ended with %#x\n", words[0], status);
    exit(1);
  }
}

static void pause_ms(long ms) {
  nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

/*
 * A virsh that is connected, and waits for what it shall do: one that starts takes an emulated machine half a second.
 * Returns where its commands are written to; it ends when that is closed.
 */
static int waiting_virsh(void) {
  int commands[2], said = open("/run/lab/virsh-said", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  struct stat file;
  if (said < 0 || pipe2(commands, O_CLOEXEC) != 0) fail("/run/lab/virsh-said");
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    dup2(commands[0], STDIN_FILENO);
    dup2(said, STDOUT_FILENO);
    execl("/usr/bin/virsh", "virsh", "--connect", "qemu:///system", "--quiet", "--keepalive-interval", "0", NULL);
    fail("/usr/bin/virsh");
  }
  close(commands[0]);
  /* It asks for a command once it is connected. */
  do {
    if (waitpid(child, NULL, WNOHANG) != 0) fail("virsh --connect qemu:///system");
    pause_ms(POLL_MS);
  } while (fstat(said, &file) == 0 && file.st_size == 0);
  return commands[1];
}

static void wait_for_another_identity(void) {
  static char before[SECTOR] __attribute__((aligned(SECTOR))), now[SECTOR] __attribute__((aligned(SECTOR)));
  if (!read_label(before)) fail(IDENTITY_DISK);
  /* The last thing, and the sign that this machine can be saved. */
  run((char *[]){"/bin/systemctl", "stop", "lab-sshd", NULL});
  do pause_ms(POLL_MS);
  while (!read_label(now) || memcmp(before, now, SECTOR) == 0);
}

/* The clock chip went on, and tells whole seconds; the hypervisor tells the rest. */
static void set_clock(const char *gateway) {
  struct rtc_time chip;
  int rtc = open("/dev/rtc0", O_RDONLY | O_CLOEXEC);
  if (rtc >= 0 && ioctl(rtc, RTC_RD_TIME, &chip) == 0) {
    struct tm time = {.tm_year = chip.tm_year, .tm_mon = chip.tm_mon, .tm_mday = chip.tm_mday,
                      .tm_hour = chip.tm_hour, .tm_min = chip.tm_min, .tm_sec = chip.tm_sec};
    clock_settime(CLOCK_REALTIME, &(struct timespec){.tv_sec = timegm(&time)});
  }
  if (rtc >= 0) close(rtc);
  sntp_set_clock(gateway);
}

/* The other lab's hypervisor had another network card. */
static void forget_neighbour(const char *address) {
  struct arpreq entry = {.arp_dev = "br0"};
  struct sockaddr_in *at = (struct sockaddr_in *)&entry.arp_pa;
  at->sin_family = AF_INET;
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0 || inet_pton(AF_INET, address, &at->sin_addr) != 1) return;
  /* It fails where there is none. */
  ioctl(any, SIOCDARP, &entry);
  close(any);
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "we");
  if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) fail(path);
}

/*
 * Every machine that starts from this memory has the same random numbers in stock. The new host key is this one's secret;
 * RNDRESEEDCRNG has the kernel take that, and what the processor gives, from now on.
 */
static void renew_random_numbers(void) {
  char key[4096];
  int secret = open(HOST_KEY, O_RDONLY | O_CLOEXEC), random = open("/dev/urandom", O_RDWR | O_CLOEXEC);
  ssize_t length = secret < 0 ? -1 : read(secret, key, sizeof key);
  if (length <= 0) fail(HOST_KEY);
  if (write(random, key, (size_t)length) != length || ioctl(random, RNDRESEEDCRNG) != 0) fail("/dev/urandom");
  explicit_bzero(key, sizeof key);
  close(secret);
  close(random);
}

/* A random UUID in hexadecimal digits, on a line; machine-id is one without dashes. */
static void random_id(char *id, bool dashes) {
  uint8_t bytes[16];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) fail("getrandom");
  /* A random UUID says that it is one: version 4, variant 1. */
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  for (unsigned at = 0; at < sizeof bytes; at++) {
    if (dashes && (at == 4 || at == 6 || at == 8 || at == 10)) *id++ = '-';
    id += sprintf(id, "%02x", bytes[at]);
  }
  strcpy(id, "\n");
}

/*
 * The kernel never changes its own boot_id; nothing that reads it from now on shall take two machines for one. The journal goes
 * on under the machine-id that it began with: journalctl finds it, and a new beginning would take this machine half a second.
 */
static void renew_ids(void) {
  char id[64];
  random_id(id, false);
  write_file("/etc/machine-id", id);
  random_id(id, true);
  write_file("/run/lab/boot_id", id);
  if (mount("/run/lab/boot_id", BOOT_ID, NULL, MS_BIND, NULL) != 0) fail(BOOT_ID);
}

/* As `identity` does at a boot, which made the folder. */
static void take_identity(void) {
  if (mount(IDENTITY_DISK, IDENTITY, "iso9660", MS_RDONLY, NULL) != 0) fail(IDENTITY_DISK);
  run((char *[]){"/bin/sh", IDENTITY "/user-data", NULL});
  umount(IDENTITY);
}

int main(int argc, char **argv) {
  const char *gateway = argc > 1 ? argv[1] : "";
  int guests = argc > 2 ? waiting_virsh() : -1;
  wait_for_another_identity();
  forget_neighbour(gateway);
  set_clock(gateway);
  for (int guest = 2; guest < argc; guest++) dprintf(guests, "resume %s\n", argv[guest]);
  take_identity();
  renew_random_numbers();
  renew_ids();
  execv("/usr/sbin/sshd", (char *[]){"/usr/sbin/sshd", "-D", "-e", "-r", NULL});
  fail("/usr/sbin/sshd");
}
