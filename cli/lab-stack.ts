import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { closest } from "fastest-levenshtein";
import { type Document, parseDocument } from "yaml";
import { z } from "zod";
import { LabError } from "../errors/lab-error";
import type { Settings } from "../stacks/schema";
import { checkSettings, readProject, readStackFile, valueInFile, valueOfText } from "../stacks/settings";
import { cacheDir, exists, labDir } from "../toolchain/cache";

export const projectFolder = resolve(__dirname, "..");
const stacksFolder = join(projectFolder, "stacks");

/** Where `./lab` writes the files of stacks that nobody wrote by hand, those of a class's labs: not into the work tree. */
export const writtenStacksFolder = () => join(cacheDir(), "stacks");

/** One lab: a stack, and the folder in the cache that holds everything of it. */
export interface LabStack {
  readonly name: string;
  /** stacks/Pulumi.<name>.yaml; of a stack that is only in the cache, its file there. */
  readonly file: string;
  readonly folder: string;
  /** The copy of the stack's file that Pulumi works with and writes its encryption salt into. */
  readonly configFile: string;
}

export function labStack(name: string): LabStack {
  const folder = labDir(name);
  const own = join(stacksFolder, stackFile(name));
  const written = join(writtenStacksFolder(), stackFile(name));
  return {
    name,
    file: !existsSync(own) && existsSync(written) ? written : own,
    folder,
    configFile: join(folder, stackFile(name)),
  };
}

/** What a stack's file is called, wherever it lies. */
export function stackFile(name: string): string {
  return `Pulumi.${name}.yaml`;
}

/**
 * Finds a stack by name.
 *
 * @throws LabError KVM-902 when there is no such stack
 */
export async function findStack(name: string): Promise<LabStack> {
  const stack = labStack(name);
  if (await exists(stack.file)) return stack;
  const names = await stacksIn(stacksFolder);
  const all = [...names, ...(await stacksIn(writtenStacksFolder()))];
  throw new LabError({
    code: "KVM-902",
    expected: `one of the stacks in stacks/: ${names.join(", ")}`,
    found: name,
    fix: `did you mean ./lab up ${closest(name, all)}? A new stack is a new file: stacks/Pulumi.${name}.yaml`,
  });
}

async function stacksIn(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((): string[] => []);
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/**
 * `key=value` words of the command line, as the stack's file would have them; the project's prefix may stand before a key.
 *
 * @throws LabError KVM-911 when a word is none
 */
export function parseOverrides(words: readonly string[]): Record<string, unknown> {
  const prefix = `${readProject().name}:`;
  return Object.fromEntries(
    words.map((word) => {
      const [, key = "", text = ""] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
      if (key === "") throw notASetting(word);
      const own = key.startsWith(prefix) ? key.slice(prefix.length) : key;
      return [own, valueOfText(own, text)];
    }),
  );
}

function notASetting(word: string): LabError {
  return new LabError({
    code: "KVM-911",
    expected: "a setting as key=value, for example -c guestRunsOn=source",
    found: `-c ${word}`,
    fix: "write it so; docs/reference/configuration.md has all keys",
  });
}

/** The stack's settings, checked, with what the command line says instead. */
export function settingsOf(stack: LabStack, overrides: Readonly<Record<string, unknown>>): Settings {
  return checkSettings({ ...readStackFile(stack.file), ...overrides });
}

/** The settings that a lab was last brought up with: of the stack's file where it never was. With what is said instead. */
export function settingsInUse(stack: LabStack, overrides: Readonly<Record<string, unknown>> = {}): Settings {
  const own = readStackFile(existsSync(stack.configFile) ? stack.configFile : stack.file);
  return checkSettings({ ...own, ...overrides });
}

/**
 * Writes the copy of the stack's file that Pulumi works with. The salt of an earlier copy stays, because the state's
 * secrets are encrypted with it.
 *
 * @param own what is written instead of the stack's file: that of a lab that was saved
 */
export async function writeConfigCopy(
  stack: LabStack,
  overrides: Readonly<Record<string, unknown>>,
  own?: string,
): Promise<void> {
  await mkdir(stack.folder, { recursive: true });
  const earlier = await readFile(stack.configFile, "utf8").catch(() => "");
  const text = own ?? (await readFile(stack.file, "utf8"));
  await writeFile(stack.configFile, mergeConfig(text, earlier, readProject().name, overrides));
}

/** The stack's file with the overrides in it and the encryption settings of an earlier copy. */
export function mergeConfig(
  text: string,
  earlier: string,
  project: string,
  overrides: Readonly<Record<string, unknown>>,
): string {
  const document = parseDocument(text);
  for (const [key, value] of Object.entries({ ...textsOfJson(document, project), ...overrides }))
    document.setIn(["config", `${project}:${key}`], value);
  const before = parseDocument(earlier);
  for (const key of ["encryptionsalt", "secretsprovider", "encryptedkey"]) {
    const value = before.get(key);
    if (typeof value === "string") document.set(key, value);
  }
  return document.toString();
}

/** What an older stack's file has as text where the engine takes an object only. */
function textsOfJson(document: Document, project: string): Record<string, unknown> {
  const given = z.record(z.string(), z.unknown()).safeParse(document.toJS()?.config).data ?? {};
  const own = Object.entries(given).flatMap(([key, value]) => {
    const name = key.startsWith(`${project}:`) ? key.slice(project.length + 1) : "";
    const meant = valueInFile(name, value);
    return meant === value ? [] : [[name, meant]];
  });
  return Object.fromEntries(own);
}
