import type { Direction } from "../lab/moving";
import { type Fault, FaultsOnHosts } from "./faults-on-hosts";
import { hybrid, switched } from "./hybrid";

const lab = FaultsOnHosts.prepare();

/** The pid is that of the command, whose options tell it from others. */
const killVirsh = ({ from }: Direction) => lab.on(from, "kill -9 $(pgrep -f '^virsh migrate')");

const faults: readonly Fault[] = [
  { name: "the source's virsh is killed", act: killVirsh, when: switched, long: true },
  { name: "libvirtd restarts on the source", act: lab.restartLibvirt("from"), when: switched },
  { name: "libvirtd restarts on the target", act: lab.restartLibvirt("to"), when: switched, long: true },
  {
    name: "the network between the hosts is gone for 5 s",
    act: lab.cutFor5s,
    when: switched,
    long: true,
  },
  {
    name: "no network between the hosts any more",
    act: lab.cut,
    when: switched,
    code: "KVM-614",
    fix: lab.joinAgain,
    long: true,
  },
];

lab.test(
  "faults after the switch to post-copy: one copy runs, whole, and the next up succeeds",
  faults,
  hybrid,
);
