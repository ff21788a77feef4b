import { LabError } from "../../errors/lab-error";

const defaultGib = 6;
const gib = 1024 ** 3;

/**
 * What all kept sets of servers may take together, from KVMLAB_WARM_LIMIT_GIB.
 *
 * @throws LabError KVM-914 when that is no number
 */
export function warmLimitBytes(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const text = env.KVMLAB_WARM_LIMIT_GIB || String(defaultGib);
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * gib;
  throw new LabError({
    code: "KVM-914",
    expected: "KVMLAB_WARM_LIMIT_GIB to be a number of GiB, such as 6 or 2.5",
    found: `KVMLAB_WARM_LIMIT_GIB=${text}`,
    fix: `export KVMLAB_WARM_LIMIT_GIB=2.5, or unset it for the default of ${defaultGib}`,
  });
}
