/* clock ADDRESS: sets the clock by the time server there; see sntp.h. Exit code 1 when it could not. */
#include "sntp.h"

int main(int argc, char **argv) {
  return argc == 2 && sntp_set_clock(argv[1]) ? 0 : 1;
}
