import type { MoveFacts } from "../facts/move-facts";
import { answersOf } from "../facts/network-disks";
import type { NetworkSource } from "../facts/network-source";
import { pass, ruleOnGuest } from "../rule";
import { described, serverComplaint } from "./same-server";

/** The servers of disks behind the network take connections from the target, too. */
export const diskServers = ruleOnGuest("disk-servers", "KVM-481", ({ disks }, facts) => {
  const sources = disks.flatMap(({ name, network }) => network.map((source) => ({ name, source })));
  // Of one that is not seen to be the same server, shared-storage speaks; Ceph's monitors may stand in a file.
  const known = sources.filter(({ name, source }) => serverComplaint(name, source, facts) === undefined);
  const lost = known.flatMap(({ name, source }) => whyNot(name, source, facts) ?? []);
  const { host } = facts.target;
  if (lost.length === 0)
    return pass(
      known.map(({ source }) => `${described(source)} answers ${host}`).join("; ") ||
        "no disk behind the network",
    );
  return {
    host,
    expected: `the servers of ${facts.guest}'s disks to take connections from ${host}`,
    found: lost.map(({ found }) => found).join("; "),
    fix: lost.map(({ fix }) => fix).join("; "),
  };
});

/** Where there are several servers, or ports, QEMU is content with one. */
function whyNot(name: string, source: NetworkSource, { storage, target }: MoveFacts) {
  const answers = answersOf(storage.target.network, source);
  if (answers.length === 0 || answers.some(({ answer }) => answer === "open")) return undefined;
  const mute = answers.find(({ answer }) => answer === "mute");
  const what = `${name}: ${described(source)}`;
  if (mute !== undefined)
    return {
      found: `${what} takes a connection of ${target.host} and does not greet it: it serves as many clients as it may`,
      fix: "start the server for one client more than has the disk: qemu-nbd --shared=2",
    };
  const [first] = answers;
  if (answers.some(({ answer }) => answer === "untried"))
    return {
      found: `${what}: it could not be tried whether it answers ${target.host} (${first?.message})`,
      fix: `on ${target.host}: apt-get install -y perl`,
    };
  return {
    found: `${what} does not answer ${target.host}: ${answers.map(({ at, answer, message }) => `${at} is ${answer} (${message})`).join(", ")}`,
    fix: `on the server: ss -ltn, and its firewall (nft list ruleset); on ${target.host}: nc -vz ${first?.at.replace(/:(\d+)$/, " $1")}`,
  };
}
