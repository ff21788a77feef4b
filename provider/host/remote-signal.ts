import type { Client, ClientChannel } from "ssh2";

interface SignallingClient {
  readonly _protocol?: { readonly signal?: (channel: number, name: string) => void };
}
interface NumberedChannel {
  readonly outgoing?: { readonly id?: number; readonly state?: string };
}

/**
 * Sends a signal to the process group of a running remote command.
 *
 * The protocol allows that until the channel is closed, but ssh2's channel.signal() does nothing once standard input has
 * been closed, which is so for nearly every command: hence the way round through its protocol object (ssh2 1.17).
 * Should a later ssh2 lack it, the command merely loses its channel, as it would with any other SSH client.
 */
export function signalRemote(client: Client, channel: ClientChannel, name: "INT" | "TERM" | "KILL"): void {
  const protocol = (client as unknown as SignallingClient)._protocol;
  const { outgoing } = channel as unknown as NumberedChannel;
  if (outgoing?.id === undefined || outgoing.state === "closed" || outgoing.state === "closing") return;
  protocol?.signal?.call(protocol, outgoing.id, name);
}
