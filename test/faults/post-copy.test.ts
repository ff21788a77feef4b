import type { Direction } from "../lab/moving";
import { type Fault, FaultsOnHosts } from "./faults-on-hosts";
import { hybrid, switched } from "./hybrid";

const lab = FaultsOnHosts.prepare();

/** The pid is that of the command, whose options tell it from others. */
const killVirsh = ({ from }: Direction) => lab.on(from, "kill -9 $(pgrep -f '^virsh migrate')");

const faults: readonly Fault[] = [
  { name: "the source's virsh is killed", act: killVirsh, when: switched },
  {
    name: "libvirtd restarts on the source",
    act: ({ from }) => lab.on(from, "systemctl restart libvirtd", 120),
    when: switched,
  },
];

lab.test(
  "faults after the switch to post-copy: one copy runs, whole, and the next up succeeds",
  faults,
  hybrid,
);
