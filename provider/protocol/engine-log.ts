import { credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Says something about one resource to whoever watches the deployment. */
export interface ResourceLog {
  /** Shown beside the resource while it is worked on, and gone afterwards. */
  status(line: string): void;
  /** Stays in the log of the deployment: what somebody may want to read afterwards. */
  say(line: string): void;
  /** Waits, for a moment at most, until all has been said. */
  flush(): Promise<void>;
}

/** One call takes at most this long; a log must never hold up a deployment. */
const callMs = 3_000;

export class EngineLog {
  #address: string | undefined;
  #client: EngineClient | undefined;

  /** `host:port` of the engine; until it is known nothing is said. */
  connect(address: string | undefined): void {
    if (address === undefined || address === "" || address === this.#address) return;
    this.#address = address;
    this.#client = undefined;
  }

  forResource(urn: string): ResourceLog {
    let waiting: string[] = [];
    let sending = Promise.resolve();
    const send = async () => {
      // Lines that came while the last call was under way go together in one.
      const lines = waiting;
      waiting = [];
      if (lines.length > 0) await this.#send(urn, lines.join("\n"), true).catch(() => {});
    };
    return {
      status: (line) => {
        if (waiting.push(line) === 1) sending = sending.then(send);
      },
      say: (line) => {
        sending = sending.then(() => this.#send(urn, line, false).catch(() => {}));
      },
      flush: () => sending,
    };
  }

  async #send(urn: string, message: string, ephemeral: boolean): Promise<void> {
    const address = this.#address;
    if (address === undefined) return;
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    this.#client ??= new EngineClient(address, credentials.createInsecure());
    const client = this.#client;
    await new Promise<void>((resolve, reject) => {
      client.log(request, new Metadata(), { deadline: Date.now() + callMs }, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  }
}
