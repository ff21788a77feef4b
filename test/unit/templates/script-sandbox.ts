import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { wholeScript } from "../../../components/remote-script";
import { render } from "../../../templates/render";

export interface ScriptResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that a script of templates/ takes for `/`, with stand-ins for the programs that change a real system. */
export class ScriptSandbox {
  readonly root: string;

  /** @param place the folder that its own is made in */
  constructor(place = tmpdir()) {
    this.root = mkdtempSync(join(place, "script-sandbox-"));
    for (const folder of ["bin", "etc", "root", "proc", "run", "sys/class/net"]) this.folder(folder);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  at(path: string): string {
    return join(this.root, path);
  }

  folder(path: string): void {
    mkdirSync(this.at(path), { recursive: true });
  }

  write(path: string, text: string): void {
    this.folder(dirname(path));
    writeFileSync(this.at(path), text);
  }

  read(path: string): string {
    return readFileSync(this.at(path), "utf8");
  }

  has(path: string): boolean {
    return existsSync(this.at(path));
  }

  /** A program that notes how it was called, then runs `script`. */
  standIn(program: string, script = ""): void {
    const text = `#!/bin/sh\necho "${program} $*" >> ${this.at("calls")}\nroot=${this.root}\n${script}\n`;
    writeFileSync(this.at(`bin/${program}`), text, { mode: 0o755 });
  }

  /** A daemon with its file in /run, which like libvirtd's ends without a newline; as another program: one that took the number since. */
  running(program: string, daemon = program): void {
    this.write(`run/${daemon}.pid`, "157");
    this.write("proc/157/comm", `${program}\n`);
  }

  /** How the stand-ins were called since the last time somebody asked. */
  takeCalls(): string[] {
    const calls = this.has("calls") ? this.read("calls").trimEnd().split("\n") : [];
    rmSync(this.at("calls"), { force: true });
    return calls;
  }

  /** Runs `templates/<template>.hbs` as remoteScript does, below the sandbox. */
  run(template: string, args: readonly string[]): ScriptResult {
    return this.runText(wholeScript(args, this.below(render(template))));
  }

  /** The script with every folder of the system moved below the sandbox, so that it cannot touch this machine. */
  below(script: string): string {
    const systems = /(?<![\w}])\/(dev(?!\/null)|etc|root|proc|sys|var|run|usr|home|boot)\b/g;
    return script.replaceAll(systems, (path) => `${this.root}${path}`);
  }

  runText(text: string): ScriptResult {
    const env = { PATH: `${this.at("bin")}:/usr/bin:/bin`, HOME: this.root };
    const { status, stdout, stderr } = spawnSync("sh", ["-s"], {
      input: text,
      env,
      encoding: "utf8",
      timeout: 15_000,
    });
    return { exitCode: status, stdout, stderr };
  }
}
