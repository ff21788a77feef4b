import { asWord } from "../../host/shell-quote";
import { pass, ruleOnGuest, skipped } from "../rule";

/** The processors and NUMA nodes that the guest is bound to are there on the target, by their numbers. */
export const pinsExist = ruleOnGuest("pins-exist", "KVM-670", ({ references }, { guest, source, target }) => {
  const { cpus, nodes } = references;
  if (cpus.length + nodes.length === 0) return pass(`${guest} is bound to no processor or node`);
  if (target.cpus.size === 0) return skipped(`${target.host} tells no processors`);
  const [noCpu, noNode] = [
    cpus.filter((number) => !target.cpus.has(number)),
    nodes.filter((number) => !target.nodes.has(number)),
  ];
  if (noCpu.length + noNode.length === 0)
    return pass(`processors ${cpus.join(",") || "any"}, nodes ${nodes.join(",") || "any"}`);
  const wrong = [
    ...(noCpu.length > 0 ? [`no processor ${noCpu.join(", ")}`] : []),
    ...(noNode.length > 0 ? [`no NUMA node ${noNode.join(", ")}`] : []),
  ];
  return {
    host: target.host,
    expected: `the processors and NUMA nodes that ${guest} is bound to`,
    found: wrong.join("; "),
    fix: `on ${source.host}: virsh vcpupin ${asWord(guest)} VCPU LIST --live --config (emulatorpin, iothreadpin, numatune likewise), with numbers that "lscpu" on ${target.host} shows`,
  };
});
