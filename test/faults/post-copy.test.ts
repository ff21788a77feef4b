import type { Direction } from "../lab/moving";
import { type Fault, FaultsOnHosts } from "./faults-on-hosts";

const lab = FaultsOnHosts.prepare();

/** After two seconds the guest goes on at the target, and fetches what is missing for some ten seconds more. */
const hybrid = {
  mode: "hybrid" as const,
  bandwidthMiBps: 4,
  progressSeconds: 1,
  convergence: { secondsPerGiB: 16 },
};
/** What is shown from the switch on. */
const switched = /migrating guest to \w+: .*runs on/;

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
