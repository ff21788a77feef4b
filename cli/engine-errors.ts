import { LabError, type LabErrorFacts } from "../errors/lab-error";
import { diagnosticsIn, labErrorsIn } from "../toolchain/pulumi/engine-diagnostics";

/**
 * What a failed run of the engine means, out of all that it said: the lab's own errors where there are any, else the
 * engine's diagnostics without their wrapping.
 *
 * @param log the file that has all of the output
 */
export function engineError(what: string, output: string, log?: string): LabError {
  const cause = new Error(output);
  const [first, ...others] = [...labErrorsIn(output), ...withoutAddress(output)];
  if (first) return new EngineError({ ...first, cause }, others, log);
  const facts: LabErrorFacts = {
    code: "KVM-903",
    expected: `${what} to succeed`,
    found: diagnosticsIn(output).join("\n            "),
    fix: "fix what it says, then run the same command again: it goes on where it stopped",
    cause,
  };
  return new EngineError(facts, [], log);
}

/** One or more of the lab's errors that came out of one run of the engine. */
class EngineError extends LabError {
  constructor(first: LabErrorFacts, others: readonly LabErrorFacts[], log: string | undefined) {
    super(first);
    const further = others.map((facts) => new LabError(facts).message);
    this.message = [this.message, ...further, ...(log ? [`  all of it: ${log}`] : [])].join("\n");
  }
}

/** The libvirt plugin's words about machines that it gave up waiting for, one error for each machine. */
export function withoutAddress(output: string): LabErrorFacts[] {
  const complaint =
    /libvirt:index:Domain \((\w+)\):\n(?:(?!\n {2}\S)[\s\S])*?couldn't retrieve IP address of domain/g;
  const machines = new Set([...output.matchAll(complaint)].map(([, machine = ""]) => machine));
  return [...machines].map((machine) => ({
    code: "KVM-408",
    host: machine,
    expected: `${machine} to boot and to take its address by DHCP within 5 minutes`,
    found: "the machine runs, and asked for none",
    fix: `look at its console on the hypervisor (virsh console ${machine}); an image of your own (hostImage) must boot by itself, with cloud-init and systemd-networkd; then run the same command again`,
  }));
}
