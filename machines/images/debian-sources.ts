import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** The releases that hosts can run, whatever this machine runs. */
export type DebianRelease = "bookworm" | "trixie";

/** The archive's own areas end like this on every mirror; a vendor's repository for Debian does not. */
const debianArchive = /\/(debian|debian-security)\/?$/;
/** The one of them that has every release. */
const mainArchive = /\/debian\/?$/;

/**
 * Where this machine gets Debian's packages from, as one-line entries for sources.list: a site with a mirror of its own
 * often reaches nothing else. Only Debian's archive itself, only `main`. Of a release that this machine does not take packages of, the
 * same mirrors' main suite, which has it as of its last point release: not every site has the other suites of two releases. Empty when
 * apt here names no archive of Debian's.
 */
export async function debianSources(release: DebianRelease, folder = "/etc/apt"): Promise<string[]> {
  const parts = await readdir(join(folder, "sources.list.d")).catch(() => []);
  const files = ["sources.list", ...parts.sort().map((name) => join("sources.list.d", name))];
  const found = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, file), "utf8").catch(() => "");
      if (file.endsWith(".sources")) return parseDeb822(text);
      return file.endsWith(".list") ? parseOneLine(text) : [];
    }),
  );
  const suites = found.flat();
  const own = suites.filter(({ suite }) => suite === release || suite.startsWith(`${release}-`));
  const mirrors = suites
    .filter(({ uri }) => mainArchive.test(uri))
    .map(({ uri }) => ({ uri, suite: release }));
  const taken = own.some(({ suite }) => suite === release) ? own : [...mirrors, ...own];
  return [...new Set(taken.map(({ uri, suite }) => `deb ${uri} ${suite} main`))];
}

/** One suite of Debian's archive that has `main`. */
export interface Suite {
  readonly uri: string;
  readonly suite: string;
}

/** The environment that makes apt inside the new tree use the proxy which apt uses here. */
export async function aptProxy(): Promise<Record<string, string>> {
  const shown = await execa("apt-config", ["shell", "proxy", "Acquire::http::Proxy"], {
    reject: false,
    timeout: 20_000,
  });
  const proxy = /^proxy='(.+)'$/m.exec(shown.stdout ?? "")?.[1];
  return proxy && proxy !== "DIRECT" ? { http_proxy: proxy } : {};
}

/** Reads `deb [options] URI suite component…` lines. */
export function parseOneLine(text: string): Suite[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line);
    return match ? entries([match[1] ?? ""], [match[2] ?? ""], words(match[3])) : [];
  });
}

/** Reads the paragraphs of a .sources file. */
export function parseDeb822(text: string): Suite[] {
  return text
    .replace(/^#.*\n?/gm, "")
    .split(/\n\s*\n/)
    .flatMap((paragraph) => {
      const field = (name: string) =>
        words(new RegExp(`^${name}:([^\\n]*(?:\\n[ \\t][^\\n]*)*)`, "im").exec(paragraph)?.[1]);
      if (!field("Types").includes("deb") || field("Enabled").includes("no")) return [];
      return entries(field("URIs"), field("Suites"), field("Components"));
    });
}

function entries(uris: readonly string[], suites: readonly string[], components: readonly string[]): Suite[] {
  if (!components.includes("main")) return [];
  return uris
    .filter((uri) => debianArchive.test(uri))
    .flatMap((uri) => suites.map((suite) => ({ uri, suite })));
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}
