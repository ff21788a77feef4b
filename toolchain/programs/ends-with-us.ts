/**
 * Put before a command: the kernel ends it when this process ends, however that comes about. What it started itself goes on:
 * see withAllOfIt.
 */
export const endsWithUs = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

/** As endsWithUs, with all processes that the command starts and all that it mounts: they are in namespaces of its own. Needs root. */
export const withAllOfIt = [
  ...endsWithUs,
  ...["unshare", "--mount-proc", "--pid", "--fork", "--kill-child", "--"],
] as const;
