import { pass, rule, skipped } from "../rule";

/** Not one Intel and one AMD. */
export const cpuVendor = rule("cpu-vendor", "KVM-624", ({ source, target }) => {
  const [here, there] = [source.cpu, target.cpu];
  if (here.vendor === "" || there.vendor === "") return skipped("/proc/cpuinfo names no vendor");
  const found = `${here.vendor} (${here.model}) on ${source.host}, ${there.vendor} (${there.model}) on ${target.host}`;
  if (here.vendor === there.vendor) return pass(found);
  return {
    host: target.host,
    expected: `processors of one vendor on ${source.host} and ${target.host}`,
    found,
    fix: `choose a target whose "grep -m1 vendor_id /proc/cpuinfo" says ${here.vendor}`,
  };
});
