import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConfigureRequest, CreateRequest, DiffRequest, DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const executable = resolve("toolchain/command-plugin/pulumi-resource-command");
const urn = "urn:pulumi:dev::project::command:local:Command::thing";
let folder: string;
let plugin: ChildProcess;
let client: ResourceProviderClient;

/** As the engine starts it: by a link in its plugin folder, with its own address, in the program's folder. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lab-plugin-test-"));
  const link = join(folder, "pulumi-resource-command");
  symlinkSync(executable, link);
  plugin = spawn(link, ["127.0.0.1:1"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<string>((resolvePort) => {
    plugin.stdout?.once("data", (text: Buffer) => resolvePort(text.toString().trim()));
  });
  client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
});
afterAll(() => {
  client.close();
  plugin.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function create(command: string): Promise<Record<string, unknown>> {
  const request = new CreateRequest();
  request.setUrn(urn);
  request.setProperties(Struct.fromJavaScript({ create: command }));
  return new Promise((resolveOutputs, reject) => {
    client.create(request, (error, response) => {
      if (error !== null) reject(error);
      else resolveOutputs(response.getProperties()?.toJavaScript() ?? {});
    });
  });
}

describe("the plugin as a process", () => {
  it("says what it can do, and its version", async () => {
    const able = await new Promise((done, reject) => {
      client.configure(new ConfigureRequest(), (error, response) =>
        error ? reject(error) : done(response.toObject()),
      );
    });
    const info = await new Promise((done, reject) => {
      client.getPluginInfo(new Empty(), (error, response) =>
        error ? reject(error) : done(response.getVersion()),
      );
    });

    expect(able).toMatchObject({ acceptsecrets: true, supportspreview: true });
    expect(info).toBe("1.2.1");
  });

  it("runs commands where the program stands, with nothing of its own in their environment", async () => {
    const outs = await create("pwd; env");

    expect(String(outs.stdout).split("\n")[0]).toBe(folder);
    expect(outs.stdout).not.toContain("TSX_");
  });

  it("diffs by the old inputs, and reports each path", async () => {
    const request = new DiffRequest();
    request.setUrn(urn);
    request.setOlds(Struct.fromJavaScript({ create: "changed by somebody", triggers: [1] }));
    request.setOldInputs(Struct.fromJavaScript({ create: "x", delete: "d" }));
    request.setNews(Struct.fromJavaScript({ create: "x", triggers: [1] }));
    const response = await new Promise<DiffResponse>((done, reject) => {
      client.diff(request, (error, diff) => (error ? reject(error) : done(diff)));
    });

    expect(response.getChanges()).toBe(DiffResponse.DiffChanges.DIFF_SOME);
    expect(response.getReplacesList()).toEqual(["triggers"]);
    expect(response.getDiffsList().sort()).toEqual(["delete", "triggers"]);
  });

  it("brings a failed command's last words back through the wire", async () => {
    await expect(create("for i in $(seq 20000); do echo grüße $i; done; exit 9")).rejects.toThrow(
      /exit status 9.*grüße 20000/s,
    );
  });

  it("stops its commands and ends when it is told to", async () => {
    const running = create("sleep 30");
    setTimeout(() => plugin.kill("SIGTERM"), 300);
    const ended = new Promise((done) => plugin.once("exit", done));

    await expect(running).rejects.toThrow();
    expect(await ended).toBe(0);
  });
});
