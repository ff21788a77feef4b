import { build } from "esbuild";
import { projectFolder } from "./lab-stack";
import type { TestFile } from "./test-files";

/** What has to be set up before a file of tests can run. */
export interface TestNeeds {
  /** Pulumi with its plugins, and the SDK that is generated with them. */
  readonly toolchain: boolean;
  /** Images of the hosts and the guest. */
  readonly images: boolean;
  readonly debianPackages: readonly string[];
  /** Whether it begins with the tests' lab as another file left it, which is only reset. */
  readonly sharesLab: boolean;
}

/** What a file imports, itself or by what it imports. */
export interface Reached {
  /** Of the project's own, by their path in it. */
  readonly files: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
}

/** Whoever imports these needs what they start or open. */
const runsLab = "test/lab/lab-command.ts";
const startsSshServer = ["test/unit/provider/host/ssh-server.ts", "test/lab/own-machine.ts"];
const startsSudo = "test/unit/provider/host/sudo-user.ts";
const opensVirtManager = "test/lab/desktop.ts";
const triesLoginShells = "test/unit/provider/host/login-shells.ts";
const walksSchema = "test/unit/provider/preflight/elements/schema-paths.ts";
const takesLabDown = "test/lab/no-lab.ts";
const resetsLab = "test/lab/fresh-lab.ts";

/** virt-manager, a screen in memory, a session's D-Bus, what drives a program by accessibility, and what takes pictures. */
const virtManagerAndItsScreen = [
  ...["virt-manager", "python3-libvirt", "python3-dogtail", "at-spi2-core"],
  ...["xvfb", "xauth", "dbus-bin", "dbus-daemon", "imagemagick"],
];

export function needsOf({ files, packages }: Reached): TestNeeds {
  const onLab = files.has(runsLab);
  return {
    toolchain: onLab || packages.has("@pulumi/libvirt"),
    images: onLab,
    debianPackages: [
      ...(packages.has("playwright-core") ? ["chromium"] : []),
      ...(startsSshServer.some((file) => files.has(file)) ? ["openssh-server"] : []),
      ...(files.has(startsSudo) ? ["sudo"] : []),
      ...(files.has(triesLoginShells) ? ["tcsh"] : []),
      ...(files.has(walksSchema) ? ["libvirt0"] : []),
      ...(files.has(opensVirtManager) ? virtManagerAndItsScreen : []),
    ],
    sharesLab: files.has(resetsLab) && !files.has(takesLabDown),
  };
}

/** What each of the files needs: by what it imports, so that no list of them can be out of date. */
export async function needsOfFiles(files: readonly TestFile[]): Promise<Map<TestFile, TestNeeds>> {
  const { metafile } = await build({
    entryPoints: files.map(({ path }) => path),
    absWorkingDir: projectFolder,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    outdir: "unused",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const importsOf = (path: string) => metafile.inputs[path]?.imports ?? [];
  return new Map(files.map((file) => [file, needsOf(reachedFrom(file.path, importsOf))]));
}

interface Import {
  readonly path: string;
  readonly external?: boolean;
}

/** Everything that can be reached from a file by its imports. */
export function reachedFrom(path: string, importsOf: (path: string) => readonly Import[]): Reached {
  const files = new Set([path]);
  const packages = new Set<string>();
  // A set that is added to while it is gone through hands out what was added.
  for (const file of files)
    for (const { path: imported, external } of importsOf(file))
      if (external) packages.add(imported);
      else files.add(imported);
  return { files, packages };
}
