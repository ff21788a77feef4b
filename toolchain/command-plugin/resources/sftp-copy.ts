import { readdir, stat } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { promisify } from "node:util";
import { hostOf } from "kvmlab-provider/host/ssh-dial";
import type { Source } from "kvmlab-provider/protocol/property-values";
import type { Client, SFTPWrapper, Stats } from "ssh2";
import { LabError } from "../../../errors/lab-error";
import type { Step } from "../resource";

/** SFTP's status code of a file that does not exist. */
const noSuchFile = 2;

/**
 * Copies as the official provider does:
 *
 * | source | target is a folder      | target does not exist | target is a file |
 * | dir    | target/dir              | target/dir            | error            |
 * | dir/   | target/x, each x in dir | the same              | error            |
 * | file   | target/file             | target                | overwritten      |
 * | text   | error                   | target                | overwritten      |
 */
export async function copyBySftp(
  client: Client,
  source: Source,
  target: string,
  step: Step,
  started: () => void,
): Promise<void> {
  const sftp = await openSftp(client, step);
  const abort = () => sftp.end();
  step.signal.addEventListener("abort", abort, { once: true });
  try {
    started();
    await unlessClosed(sftp, client, copySource(new RemoteFiles(sftp), source, target));
  } catch (error) {
    step.signal.throwIfAborted();
    throw error;
  } finally {
    step.signal.removeEventListener("abort", abort);
    sftp.end();
  }
}

async function copySource(remote: RemoteFiles, source: Source, target: string): Promise<void> {
  if (source.path === undefined) return copyText(remote, source.text ?? "", target);
  const local = await stat(source.path);
  if (local.isDirectory()) return copyFolder(remote, source.path, target);
  const there = await remote.stat(target);
  if (there?.isDirectory()) return remote.put(source.path, posix.join(target, basename(source.path)));
  await remote.makeFolders(posix.dirname(target));
  await remote.put(source.path, target);
}

async function copyText(remote: RemoteFiles, text: string, target: string): Promise<void> {
  const there = await remote.stat(target);
  if (there?.isDirectory())
    throw new Error(`remote path ${target} is a directory; a text needs the path of a file`);
  await remote.makeFolders(posix.dirname(target));
  await remote.write(text, target);
}

async function copyFolder(remote: RemoteFiles, folder: string, target: string): Promise<void> {
  const top = folder.endsWith("/") ? target : posix.join(target, basename(folder));
  await remote.makeFolders(top);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const from = join(folder, entry.name);
    if (entry.isDirectory()) await copyFolder(remote, from, top);
    else await remote.put(from, posix.join(top, entry.name));
  }
}

/** The few things done with files on the host, each error with the path it is about. */
class RemoteFiles {
  readonly #sftp: SFTPWrapper;

  constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp;
  }

  async stat(path: string): Promise<Stats | undefined> {
    try {
      return await promisify(this.#sftp.stat.bind(this.#sftp))(path);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === noSuchFile) return undefined;
      throw failed("look at", path, error);
    }
  }

  async makeFolders(path: string): Promise<void> {
    const there = await this.stat(path);
    if (there?.isDirectory()) return;
    if (there !== undefined) throw new Error(`remote path ${path} exists but is not a directory`);
    await this.makeFolders(posix.dirname(path));
    await new Promise<void>((resolve, reject) => {
      this.#sftp.mkdir(path, (error) => (error ? reject(failed("create", path, error)) : resolve()));
    });
  }

  put(from: string, to: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sftp.fastPut(from, to, (error) =>
        error ? reject(failed(`copy ${from} to`, to, error)) : resolve(),
      );
    });
  }

  write(text: string, to: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sftp.writeFile(to, text, (error) => (error ? reject(failed("write", to, error)) : resolve()));
    });
  }
}

function failed(what: string, path: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`failed to ${what} remote path ${path}: ${reason}`, { cause });
}

function openSftp(client: Client, step: Step): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(step.signal.reason);
    const fail = (cause: unknown) => reject(lost(client, "open its file transfer (SFTP)", cause));
    if (step.signal.aborted) return abort();
    step.signal.addEventListener("abort", abort, { once: true });
    try {
      client.sftp((error, sftp) => {
        step.signal.removeEventListener("abort", abort);
        if (error !== undefined) return fail(error);
        resolve(sftp);
      });
    } catch (error) {
      fail(error);
    }
  });
}

/** Without this a copy would wait for ever when the host goes away: ssh2 then forgets the pending requests. */
function unlessClosed<T>(sftp: SFTPWrapper, client: Client, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const close = () => reject(lost(client, "take the copy", undefined));
    sftp.once("close", close);
    client.once("close", close);
    work.then(resolve, reject).finally(() => {
      sftp.off("close", close);
      client.off("close", close);
    });
  });
}

function lost(client: Client, what: string, cause: unknown): LabError {
  return new LabError({
    code: "KVM-404",
    host: hostOf(client),
    expected: `${hostOf(client)} to ${what}`,
    found: cause instanceof Error ? cause.message : "the connection broke",
    fix: `see whether ${hostOf(client)} still runs, then run the same command again`,
    cause,
  });
}
