import { copyToRemoteShape, localCommandShape, remoteCommandShape } from "./checks/resource-shapes";
import type { ResourceKind } from "./resource";

/** The resources by their type tokens. (import() takes file names as Node does: with the extension they would have.) */
export const resourceKinds: Readonly<Record<string, ResourceKind>> = {
  "command:local:Command": {
    shape: localCommandShape,
    outputs: ["stdout", "stderr"],
    load: async () => (await import("./resources/local-command.js")).localCommand,
  },
  "command:remote:Command": {
    shape: remoteCommandShape,
    outputs: ["stdout", "stderr"],
    load: async () => (await import("./resources/remote-command.js")).remoteCommand,
  },
  "command:remote:CopyToRemote": {
    shape: copyToRemoteShape,
    outputs: [],
    load: async () => (await import("./resources/copy-to-remote.js")).copyToRemote,
  },
};
