import { pass, ruleOnGuest, skipped } from "../rule";

const wide = /^(x86_64|aarch64|ppc64|ppc64le|s390x|riscv64|loongarch64|mips64|mips64el|sparc64|alpha)$/;

/** The narrower architecture that runs on a wider one without emulation. */
const widerOf: Readonly<Record<string, string>> = { i686: "x86_64", armv7l: "aarch64", ppc: "ppc64" };

/** A 64-bit guest moves between 64-bit hosts; a 32-bit one also between a 32-bit and a 64-bit host. */
export const wordSize = ruleOnGuest("word-size", "KVM-626", ({ arch, type }, { guest, source, target }) => {
  if (arch === "" || target.arch === "")
    return skipped(`no architecture of ${arch === "" ? guest : target.host} told`);
  const found = `${guest} is ${described(arch)}; ${source.host} is ${described(source.arch)}, ${target.host} ${described(target.arch)}`;
  const fits = !wide.test(arch) || wide.test(target.arch);
  const native = arch === target.arch || widerOf[arch] === target.arch;
  if (fits && (type !== "kvm" || native)) return pass(found);
  return {
    host: target.host,
    expected: `a host that runs a guest of ${described(arch)}`,
    found,
    fix: `choose a target whose "uname -m" says ${widerOf[arch] ? `${arch} or ${widerOf[arch]}` : arch}`,
  };
});

function described(arch: string): string {
  return `${arch || "?"} (${wide.test(arch) ? 64 : 32} bits)`;
}
