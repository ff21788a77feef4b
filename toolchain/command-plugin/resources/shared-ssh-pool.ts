import { SshPool } from "../ssh-pool";

/** The plugin's one pool: remote commands and copies share their connections. */
export const sshPool = new SshPool();
