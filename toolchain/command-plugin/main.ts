/**
 * Stand-in for the plugin of @pulumi/command 1.2.1, for machines that cannot reach the official download. The official SDK
 * talks to it as to the original, and each can go on with the other's state. See docs/reference/command-stand-in.md.
 */
import { runPlugin } from "kvmlab-provider/protocol/run-plugin";
import { CommandProvider } from "./command-provider";

runPlugin((log) => new CommandProvider(log));
