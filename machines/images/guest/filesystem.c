#include "filesystem.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/statvfs.h>

struct filesystem_state filesystem_state(const char *directory, const char *errors_file) {
  struct filesystem_state state = {-1, 0};
  struct statvfs found;
  if (statvfs(directory, &found) == 0) state.read_only = (found.f_flag & ST_RDONLY) != 0;
  FILE *file = fopen(errors_file, "r");
  if (!file) return state;
  if (fscanf(file, "%" SCNd64, &state.errors) != 1) state.errors = -1;
  fclose(file);
  return state;
}
