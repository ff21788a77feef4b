import { type BrickOfVolume, type FileOnVolume, volumeName } from "../facts/mounted-volumes";
import type { MoveFacts } from "../facts/move-facts";
import type { StorageOnHost } from "../facts/storage-facts";
import { pass, rule } from "../rule";

/** Each host reaches most of the bricks of the volume that the guest's disks are on. With less GlusterFS lets nobody write, so that no two halves go on by themselves. */
export const volumeQuorum = rule(
  "volume-quorum",
  "KVM-646",
  ({ guest, source, target, storage }: MoveFacts) => {
    const reached = [
      ...reachedBy(source.host, storage.source, storage.target),
      ...reachedBy(target.host, storage.target, storage.source),
    ];
    if (reached.length === 0) return pass(`no disk of ${guest} is on a volume of GlusterFS`);
    const without = reached.filter((one) => !hasQuorum(one));
    const [first] = without;
    if (first === undefined) return pass(reached.map(sentence).join("; "));
    return {
      host: first.host,
      expected: `${source.host} and ${target.host} to reach most of the bricks of ${first.volume}`,
      found: without.map(sentence).join("; "),
      fix: fixOf(first),
    };
  },
);

/** What one host reaches of one volume. */
interface Reached {
  readonly host: string;
  readonly volume: string;
  readonly file: FileOnVolume;
  readonly bricks: readonly BrickOfVolume[];
}

/** Each volume once, however many files lie on it. The bricks of one that this host has lost are known by the other host, if by any. */
function reachedBy(host: string, { volumes }: StorageOnHost, other: StorageOnHost): Reached[] {
  const files = new Map([...volumes].map(([path, file]) => [file.source, { path, file }]));
  return [...files.values()].map(({ path, file }) => {
    const elsewhere = other.volumes.get(path);
    const alike =
      elsewhere !== undefined && volumeName(elsewhere) === volumeName(file) ? elsewhere.bricks : [];
    const bricks = file.lost
      ? alike.map(({ name }) => ({ name, state: stateOfLost(name, file.lost?.connectedTo ?? []) }))
      : file.bricks;
    return { host, volume: volumeName(file), file, bricks };
  });
}

function stateOfLost(brick: string, connectedTo: readonly string[]): BrickOfVolume["state"] {
  return connectedTo.includes(brick.slice(0, brick.indexOf(":/"))) ? "up" : "lost";
}

/** A volume that does not answer has none, whatever its client is connected to. */
function hasQuorum(reached: Reached): boolean {
  return reached.file.lost === undefined && hasEnough(reached);
}

/** GlusterFS's own rule (cluster.quorum-type auto): more than half, or half with the first brick among them; in each set of copies. */
function hasEnough({ file: { replicas }, bricks }: Reached): boolean {
  const sets = Array.from({ length: Math.ceil(bricks.length / replicas) }, (_, set) =>
    bricks.slice(set * replicas, (set + 1) * replicas),
  );
  const enough = (set: readonly BrickOfVolume[]) => {
    const up = upIn(set) * 2;
    return up > set.length || (up === set.length && set[0]?.state === "up");
  };
  return sets.length > 0 && sets.every(enough);
}

function upIn(bricks: readonly BrickOfVolume[]): number {
  return bricks.filter(({ state }) => state === "up").length;
}

/** How a brick is that a host does not reach. */
const how = {
  down: "is down, and its server answers",
  silent: "is down, and its server is silent",
  lost: "is not connected",
};

/** `source reaches 2 of the 3 bricks of migration: 10.77.0.2:/migration/brick is down, and its server answers`. */
function sentence({ host, volume, bricks }: Reached): string {
  const lost = bricks.flatMap(({ name, state }) => (state === "up" ? [] : [`${name} ${how[state]}`]));
  if (bricks.length === 0) return `${host} has lost the volume ${volume}, and reaches none of its bricks`;
  const count = `${host} reaches ${upIn(bricks)} of the ${bricks.length} bricks of ${volume}`;
  return lost.length === 0 ? count : `${count}: ${lost.join(", ")}`;
}

function fixOf(reached: Reached): string {
  const { host, volume, bricks } = reached;
  const { lost } = reached.file;
  if (hasEnough(reached))
    return `wait half a minute, then the same command again: ${host} waits for a server that was lost just now, for network.ping-timeout at least; gluster volume status ${volume}`;
  const silent = lost ? lost.serverAnswers === false : bricks.some(({ state }) => state === "silent");
  if (silent)
    return `on the servers of the bricks: systemctl status glusterd, and their firewalls: ${host} must reach port 24007; then gluster volume status ${volume}`;
  return upIn(bricks) === 0
    ? `on a server of the volume: gluster volume info ${volume}; where it is stopped: gluster volume start ${volume}`
    : `on a server of the volume: gluster volume status ${volume}; gluster volume start ${volume} force starts the bricks that have ended; on ${host}: nft list ruleset`;
}
