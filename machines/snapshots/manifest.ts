import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jsonOf } from "kvmlab-provider/host/json-of";
import { z } from "zod";
import { hypervisorSchema } from "../hypervisor/hypervisor";

/** Changes when an older ./lab could not use what a newer one wrote, or the other way round. */
export const snapshotFormat = 2;
/** Of saved labs before snapshots of other kinds had such a manifest, too. */
const labsOnlyFormat = 1;
export const manifestFile = "manifest.json";

const relativePath = z
  .string()
  .regex(/^[^/\0]+(\/[^/\0]+)*$/)
  .refine((path) => !path.split("/").some((part) => part === "." || part === ".."));
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const savedFile = z.object({ path: relativePath, bytes: z.int().min(0), sha256 });
/** libvirt starts what a link in a folder `autostart` leads to: there are no others in a save. */
const savedLink = z.object({ path: relativePath.regex(/\/autostart\/[^/]+$/), link: z.string() });

/** What a saved machine depends on of the machine that it ran on. */
const machine = z.object({
  qemu: z.string(),
  libvirt: z.string(),
  acceleration: z.enum(["kvm", "tcg"]),
  processor: z.string(),
});
export type MachineFacts = Readonly<z.output<typeof machine>>;

const image = hypervisorSchema.pick({
  baseVolume: true,
  kernel: true,
  initrd: true,
  cmdline: true,
  otherImages: true,
});
export type SavedImage = Readonly<z.output<typeof image>>;

const common = {
  format: z.literal(snapshotFormat),
  /** As it was made; an imported one may have another name here. */
  name: z.string(),
  createdAt: z.iso.datetime(),
  machines: z.array(z.string()).min(1),
  files: z.array(z.union([savedFile, savedLink])),
};

/** Servers that were booted once, for new labs to start from. Its name is the key of all that it depends on. */
const bootManifest = z.object({ kind: z.literal("boot"), ...common });

/** A guest, and the host that ran it, or `nowhere`. */
const guest = z.object({ name: z.string(), runningOn: z.string() });

/** A whole lab: saved under a name by its user, or kept for `./lab reset`. */
const labManifest = z.object({
  kind: z.enum(["lab", "reset"]),
  ...common,
  /** The Pulumi stack: a save is restored as the lab that it was. */
  stack: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  /** Of the project that saved it. */
  version: z.string(),
  settings: z.record(z.string(), z.unknown()),
  machine,
  /** The host images, as the lab's libvirtd names its parts. */
  image,
  /** What stands in the state of where it was made, and is another place elsewhere. */
  places: z.object({ cache: z.string(), uri: z.string(), ssh: hypervisorSchema.shape.ssh }),
  /** The lab's first guest. A bare lab has none. */
  guest: guest.optional(),
  /** Its other ones. A save of before there could be any has none. */
  others: z.array(guest).default([]),
  /** How long the lab stood still for it. */
  pausedMs: z.number(),
});

const manifestSchema = z.discriminatedUnion("kind", [bootManifest, labManifest]);
/** What a snapshot is: written last, when all else of it is there. */
export type Manifest = Readonly<z.output<typeof manifestSchema>>;
export type LabManifest = Readonly<z.output<typeof labManifest>>;
export type SavedFile = Manifest["files"][number];

const sealed = z.object({ seal: sha256, manifest: z.looseObject({}) });

/** With a checksum over itself: everything else is checked by what stands in it. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify({ seal: sealOf(manifest), manifest }, undefined, 1)}\n`;
}

export type ManifestReading =
  | { readonly kind: "manifest"; readonly manifest: Manifest }
  /** Made by a ./lab that writes snapshots in another way; `format` is what it says of itself. */
  | { readonly kind: "other format"; readonly format: string }
  | { readonly kind: "damaged" };

export function parseManifest(text: string): ManifestReading {
  const outer = sealed.safeParse(jsonOf(text));
  if (!outer.success || outer.data.seal !== sealOf(outer.data.manifest)) return { kind: "damaged" };
  const { format } = outer.data.manifest;
  if (format !== snapshotFormat && format !== labsOnlyFormat)
    return { kind: "other format", format: String(format) };
  const older = format === labsOnlyFormat ? { kind: "lab", format: snapshotFormat } : {};
  const inner = manifestSchema.safeParse({ ...outer.data.manifest, ...older });
  return inner.success ? { kind: "manifest", manifest: inner.data } : { kind: "damaged" };
}

export async function readManifest(folder: string): Promise<ManifestReading> {
  return parseManifest(await readFile(join(folder, manifestFile), "utf8").catch(() => ""));
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(join(folder, manifestFile), manifestText(manifest), { mode: 0o600 });
}

/** Without what disks are made from: that is shared with the cache and the labs. */
export function ownBytes({ files }: Pick<Manifest, "files">): number {
  const own = files.filter(({ path }) => !path.startsWith("hypervisor/bases/"));
  return own.reduce((total, file) => total + ("bytes" in file ? file.bytes : 0), 0);
}

function sealOf(manifest: unknown): string {
  return createHash("sha256").update(JSON.stringify(manifest)).digest("hex");
}
