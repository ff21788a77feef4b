/* How the file system is that a folder lies on, as its driver knows it while it is mounted. */
#include <stdint.h>

struct filesystem_state {
  int64_t errors; /* what ext4 has counted since it was made, over boots and moves; -1: nobody tells */
  int read_only;  /* also when the driver made it so, because of an error */
};
struct filesystem_state filesystem_state(const char *directory, const char *errors_file);
