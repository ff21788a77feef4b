/* clock ADDRESS: sets the clock by the time server there; see sntp.h. Exit code 1 when nobody answered within 20 s. */
#include "sntp.h"

int main(int argc, char **argv) {
  return argc == 2 && sntp_set_clock(argv[1], 20) ? 0 : 1;
}
