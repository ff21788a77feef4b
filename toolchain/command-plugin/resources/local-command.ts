import { commandLife } from "../command-life";
import { runLocally } from "./local-run";

/** command:local:Command: runs a command on this machine. */
export const localCommand = commandLife(runLocally);
