/**
 * Put before a command: the kernel ends it when this process ends, however that comes about. What it started itself goes on:
 * see withAllOfIt.
 */
export const endsWithUs = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

/** As endsWithUs, with all that the command starts: it is the first process of a namespace. Needs root. */
export const withAllOfIt = [...endsWithUs, "unshare", "--pid", "--fork", "--kill-child", "--"] as const;
