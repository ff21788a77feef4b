import { parseHostKey } from "kvmlab-provider/host/host-key";
import { type PropertyValue, sourceOf } from "kvmlab-provider/protocol/property-values";
import type { Field, ObjectShape } from "./input-shape";

/** The inputs of the official provider's resources (version 1.2.1). */

const text: Field = { shape: { kind: "text" } };
const flag: Field = { shape: { kind: "flag" } };
const texts: Field = { shape: { kind: "list", of: { kind: "text" } } };
const textMap: Field = { shape: { kind: "map", of: { kind: "text" } } };
const logging: Field = { shape: { kind: "choice", of: ["stdout", "stderr", "stdoutAndStderr", "none"] } };
const triggers: Field = { shape: { kind: "list", of: { kind: "any" } }, replaces: true };

const endpoint: Readonly<Record<string, Field>> = {
  host: { ...text, required: true, rule: (value) => (value === "" ? "is empty" : undefined) },
  port: { shape: { kind: "number" }, default: 22, rule: wholeNumber(1, 65_535) },
  user: { ...text, default: "root" },
  password: { ...text, secret: true },
  privateKey: { ...text, secret: true },
  privateKeyPassword: { ...text, secret: true },
  agentSocketPath: text,
  dialErrorLimit: { shape: { kind: "number" }, default: 10, rule: wholeNumber(-1, 1_000_000) },
  perDialTimeout: { shape: { kind: "number" }, default: 15, rule: wholeNumber(0, 86_400) },
  hostKey: { ...text, rule: hostKeyRule },
};

const connection: Field = {
  required: true,
  secret: true,
  shape: {
    kind: "object",
    fields: { ...endpoint, proxy: { shape: { kind: "object", fields: endpoint } } },
  },
};

const commands: Readonly<Record<string, Field>> = { triggers, create: text, update: text, delete: text };

const localRun: Readonly<Record<string, Field>> = {
  stdin: text,
  logging,
  interpreter: texts,
  dir: text,
  environment: textMap,
  assetPaths: texts,
  archivePaths: texts,
  addPreviousOutputInEnv: flag,
};

export const localCommandShape: ObjectShape = { kind: "object", fields: { ...commands, ...localRun } };

export const localRunShape: ObjectShape = {
  kind: "object",
  fields: { ...localRun, command: { ...text, required: true } },
};

export const remoteCommandShape: ObjectShape = {
  kind: "object",
  fields: {
    ...commands,
    connection,
    stdin: text,
    logging,
    environment: textMap,
    addPreviousOutputInEnv: flag,
  },
};

export const copyToRemoteShape: ObjectShape = {
  kind: "object",
  fields: {
    connection,
    triggers,
    source: { shape: { kind: "source" }, required: true, rule: sourceRule },
    remotePath: { ...text, required: true, rule: (value) => (value === "" ? "is empty" : undefined) },
  },
};

function wholeNumber(least: number, most: number): Field["rule"] {
  return (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}, not ${JSON.stringify(value)}`;
}

function hostKeyRule(value: PropertyValue): string | undefined {
  if (parseHostKey(String(value)) !== undefined) return undefined;
  return `must be a public key like "ssh-ed25519 AAAA…" (from ssh-keyscan), not ${JSON.stringify(String(value).slice(0, 40))}`;
}

function sourceRule(value: PropertyValue): string | undefined {
  const source = sourceOf(value);
  if (source?.path !== undefined) return undefined;
  if (source?.kind === "asset" && source.text !== undefined) return undefined;
  return source?.kind === "asset"
    ? "unsupported: an asset must be a local file or a text"
    : "unsupported: an archive must be a path to a local file or folder";
}
