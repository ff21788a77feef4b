import * as texts from "../unit/provider/preflight/sample-texts";
import type { Move } from "./move";
import type { Host } from "./world";

/** How much of a guest's memory an active domain has. */
export type Pages = "whole" | "filling" | "source half" | "target half";

/** Elements of `<metadata>`, by their namespaces. */
export type Marks = ReadonlyMap<string, string>;

/** What only an active domain has. */
export interface Active {
  state: "running" | "paused" | "crashed" | "in shutdown";
  /** In virsh's words. */
  reason: string;
  pages: Pages;
  /** Which run of the guest, from its boot on: a move carries it over. */
  readonly life: number;
  /** Which drains took it from where, by their namespaces, as its running definition says. */
  marks: Marks;
  /** The move that it takes part in, on either side. */
  move?: Move | undefined;
}

export interface Domain {
  readonly uuid: string;
  name: string;
  /** As it was defined; `dumpxml` shows it with the name of today. */
  readonly xml: string;
  readonly memoryKiB: number;
  persistent: boolean;
  /** Whether its host starts it at boot: a link beside the definition, and no part of it. */
  autostart: boolean;
  /** As libvirt keeps them beside what runs. */
  marks: Marks;
  active?: Active | undefined;
  /** Why it is shut off. */
  offReason: string;
}

/** Whether its processors run. */
export function runs({ active }: Domain): boolean {
  return active?.state === "running";
}

export function stateOf({ active }: Domain): string {
  return active?.state ?? "shut off";
}

export function reasonOf({ active, offReason }: Domain): string {
  return active?.reason ?? offReason;
}

/** Of an active domain the definition that runs. */
export function dumpxml({ xml, name, active, marks }: Domain): string {
  const metadata = [...(active?.marks ?? marks)].map(
    ([by, element]) => `    ${element.replace(/<(\w+)/, `<mark:$1 xmlns:mark="${by}"`)}\n`,
  );
  const told = metadata.length > 0 ? `\n  <metadata>\n${metadata.join("")}  </metadata>` : "";
  return xml.replace(/<name>[^<]*<\/name>/, `<name>${name}</name>${told}`);
}

/** What only `virsh dumpxml` adds to what was defined. */
export function readMarks(xml: string): Marks {
  const found = xml.matchAll(/<mark:(\w+) xmlns:mark="([^"]*)"(.*)\/>/g);
  return new Map([...found].map(([, name = "", by = "", rest = ""]) => [by, `<${name}${rest}/>`]));
}

/** A guest that begins to run, from its disk. */
export function booted(life: number, marks: Marks): Active {
  return { state: "running", reason: "booted", pages: "whole", life, marks };
}

/** A definition that no rule of preflight has anything against. */
export function definitionOf(name: string, uuid: string | undefined, memoryKiB: number): string {
  const commandline = texts.oddMemory.replaceAll("131080k", `${memoryKiB}k`);
  return texts
    .definition({ commandline })
    .replace(/ {2}<uuid>.*<\/uuid>\n/, uuid === undefined ? "" : `  <uuid>${uuid}</uuid>\n`)
    .replace("<name>guest</name>", `<name>${name}</name>`);
}

/** What a definition says, as libvirt reads it. */
export function readDefinition(xml: string): { name: string; uuid: string; memoryKiB: number } | undefined {
  const name = /<name>([^<]+)<\/name>/.exec(xml)?.[1];
  const uuid = /<uuid>([^<]+)<\/uuid>/.exec(xml)?.[1];
  const memory = /size=(\d+)k/.exec(xml)?.[1];
  return name && uuid ? { name, uuid, memoryKiB: Number(memory ?? 131_080) } : undefined;
}

/** A domain that neither runs nor is defined is no more. */
export function forget(host: Host, domain: Domain): void {
  if (domain.active || domain.persistent) return;
  host.domains = host.domains.filter((one) => one !== domain);
}

/** For people: where a guest is active, and how. */
export function described(
  active: readonly { readonly host: { readonly name: string }; readonly active: Active }[],
): string {
  const each = active.map(
    (one) => `${one.active.state} (${one.active.reason}, ${one.active.pages}) on ${one.host.name}`,
  );
  return each.join(", ") || "nowhere";
}
