import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { debianSources, parseDeb822, parseOneLine } from "../../../../machines/images/debian-sources";

describe("parseOneLine", () => {
  it("takes Debian's archive, whatever its mirror", () => {
    const text = [
      "# deb http://old.example/debian bookworm main",
      "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg arch=amd64] https://mirror.example/pub/debian/ bookworm main contrib",
      "deb http://mirror.example/debian-security bookworm-security main # updates",
      "deb-src http://mirror.example/debian bookworm main",
      "deb http://mirror.example/debian trixie main",
      "deb https://packages.vendor.example/debian/12/prod bookworm main",
      "deb https://download.vendor.example/linux/debian bookworm stable",
    ].join("\n");
    expect(parseOneLine(text)).toEqual([
      { uri: "https://mirror.example/pub/debian/", suite: "bookworm" },
      { uri: "http://mirror.example/debian-security", suite: "bookworm-security" },
      { uri: "http://mirror.example/debian", suite: "trixie" },
    ]);
  });
});

describe("parseDeb822", () => {
  it("reads paragraphs, continued fields and several suites", () => {
    const text = `Types: deb deb-src
# URIs: http://snapshot.example/debian
URIs: http://mirror.example/debian
Suites: bookworm
 bookworm-updates
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
Enabled: no
URIs: http://other.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;
    expect(parseDeb822(text)).toEqual([
      { uri: "http://mirror.example/debian", suite: "bookworm" },
      { uri: "http://mirror.example/debian", suite: "bookworm-updates" },
      { uri: "http://mirror.example/debian-security", suite: "bookworm-security" },
    ]);
  });
});

describe("debianSources", () => {
  it("reads what apt reads, each source once, and nothing where there is nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kvmlab-apt-"));
    try {
      expect(await debianSources("bookworm", folder)).toEqual([]);
      await mkdir(join(folder, "sources.list.d"));
      const line = "deb http://mirror.example/debian bookworm main\n";
      await writeFile(join(folder, "sources.list"), line);
      await writeFile(join(folder, "sources.list.d", "same.list"), line);
      await writeFile(join(folder, "sources.list.d", "off.list.disabled"), line.replace("mirror", "off"));
      expect(await debianSources("bookworm", folder)).toEqual([line.trim()]);
      const security = "deb http://mirror.example/debian-security bookworm-security main\n";
      await writeFile(join(folder, "sources.list.d", "security.list"), security);
      expect(await debianSources("bookworm", folder)).toEqual([line.trim(), security.trim()]);
      // Of the other release, the main suite of the same mirror, and its security archive where this machine has it.
      expect(await debianSources("trixie", folder)).toEqual(["deb http://mirror.example/debian trixie main"]);
      await writeFile(join(folder, "sources.list.d", "newer.list"), security.replace("bookworm", "trixie"));
      expect(await debianSources("trixie", folder)).toEqual([
        "deb http://mirror.example/debian trixie main",
        security.trim().replace("bookworm", "trixie"),
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
