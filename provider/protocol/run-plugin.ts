import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { EngineLog } from "./engine-log";
import type { ProviderLogic } from "./provider-logic";
import { providerService } from "./serve";

/** How long running operations may take to end when the plugin is told to. */
const partingMs = 4_000;
/** How long the last answers may take to the engine, which is on this machine. */
const lastAnswerMs = 200;

/**
 * A plugin's whole life as a process: serves the engine that started it until that one is done, or gone.
 *
 * @param whenOrphaned what becomes of running operations when the engine was killed: `cancel` stops them; `leave` only goes, because what they
 *   began (a move) belongs to the hosts, and the next run finds it there
 */
export function runPlugin(
  make: (log: EngineLog) => ProviderLogic,
  whenOrphaned: "cancel" | "leave" = "cancel",
): void {
  const log = new EngineLog();
  const provider = make(log);
  // The engine's address is the first argument that is no flag.
  log.connect(process.argv.slice(2).find((argument) => !argument.startsWith("-")));

  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, providerService(provider, log));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    // The engine reads the port from the first line of standard output.
    process.stdout.write(`${port}\n`);
  });

  /** Stops what runs, lets the engine hear of it, and ends. */
  const leave = () => {
    const end = () => process.exit(0);
    provider.cancel();
    setTimeout(end, partingMs);
    void provider.settled().then(() => {
      server.tryShutdown(end);
      // It never comes to its end where the engine closes its connection in this very moment, as it mostly does.
      setTimeout(end, lastAnswerMs);
    });
  };
  // The engine's way to end a plugin is SIGINT; it waits some seconds for that before it kills.
  process.on("SIGINT", leave);
  process.on("SIGTERM", leave);
  // An engine that was killed tells nobody: the plugin must not outlive it.
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid === engine) return;
    if (whenOrphaned === "leave") process.exit(0);
    leave();
  }, 1_000);
}
