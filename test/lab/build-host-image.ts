import { ensureHostImage } from "../../machines/images";

/** Run as a process of its own, to be killed: makes the hosts' image in the cache that KVMLAB_CACHE names. */
ensureHostImage((message) => console.log(message)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
