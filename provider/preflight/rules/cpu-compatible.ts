import { asWord } from "../../host/shell-quote";
import type { HostFacts } from "../facts/host-facts";
import type { MoveFacts } from "../facts/move-facts";
import { type Finding, type Objection, pass, ruleOnGuest, skipped } from "../rule";

/**
 * Flags that the kernel makes up from what it found or decided: they tell its version, not the processor. And nx, of which
 * nx-match speaks.
 */
const notEvaluated = new Set(
  `acc_power always amd_dcm aperfmperf arch_perfmon art bts cat_l2 cat_l3 cdp_l2 cdp_l3 constant_tsc cpb cpuid
   cpuid_fault cqm cqm_llc cqm_mbm_local cqm_mbm_total cqm_occup_llc epb ept ept_ad extd_apicid flexpriority
   hw_pstate hypervisor ibpb ibrs ibrs_enhanced intel_ppin invpcid_single k8 lfence_rdtsc mba nonstop_tsc
   nonstop_tsc_s3 nopl nx pebs proc_feedback pti rep_good retpoline ring3mwait rrsba_ctrl sev sme split_lock_detect ssbd
   stibp swapgs_fence syscall32 sysenter32 tpr_shadow tsc_known_freq tsc_reliable up vmcall vmmcall vnmi vpid xenpv
   xtopology`.split(/\s+/),
);

/** The target gives the guest every feature of its processor (product lines differ, too). */
export const cpuCompatible = ruleOnGuest("cpu-compatible", "KVM-625", ({ cpu, type }, facts) => {
  if (facts.cpuComparison !== undefined) return byLibvirt(facts.cpuComparison, facts);
  if (cpu.mode === undefined) return pass("the guest names no processor: QEMU's own, which every host has");
  const [here, there] = [facts.source.cpu.flags, facts.target.cpu.flags];
  if (here === undefined || there === undefined) return skipped("/proc/cpuinfo lists no flags");
  const missing = [...here].filter((flag) => !there.has(flag) && !notEvaluated.has(flag));
  if (missing.length === 0)
    return pass(`all flags of ${named(facts.source)} are there on ${named(facts.target)}`);
  const aside = type === "qemu" ? ". An emulated guest hardly sees them: it may be waived" : "";
  return lacking(
    facts,
    `${named(facts.target)} lacks ${missing.join(", ")}, which ${named(facts.source)} has${aside}`,
  );
});

function byLibvirt(
  comparison: NonNullable<MoveFacts["cpuComparison"]>,
  facts: MoveFacts,
): Finding | Objection {
  if (comparison.compatible) return pass(`libvirt on ${facts.target.host}: ${comparison.words}`);
  const missing = comparison.missing.length > 0 ? `lacks ${comparison.missing.join(", ")}: ` : "";
  return lacking(facts, `${missing}${comparison.words}`);
}

function lacking({ guest, source, target }: MoveFacts, found: string): Objection {
  return {
    host: target.host,
    expected: `every feature of the processor that ${guest} has on ${source.host}`,
    found,
    fix: `choose a target like ${source.host}, or give ${guest} a processor that both have: virsh hypervisor-cpu-baseline, then virsh edit ${asWord(guest)} and a new start`,
  };
}

function named({ host, cpu }: HostFacts): string {
  return `${host} (${cpu.model || "processor unnamed"})`;
}
