import { bricksUp, type FileOnVolume, volumeName } from "../facts/mounted-volumes";
import type { MoveFacts } from "../facts/move-facts";
import type { StorageOnHost } from "../facts/storage-facts";
import { pass, rule } from "../rule";

/** Each host reaches most of the bricks of the volume that the guest's disks are on. With less GlusterFS lets nobody write, so that no two halves go on by themselves. */
export const volumeQuorum = rule(
  "volume-quorum",
  "KVM-646",
  ({ guest, source, target, storage }: MoveFacts) => {
    const reached = [...reachedBy(source.host, storage.source), ...reachedBy(target.host, storage.target)];
    if (reached.length === 0) return pass(`no disk of ${guest} is on a volume of GlusterFS`);
    const without = reached.filter(({ file }) => !hasQuorum(file));
    const [first] = without;
    if (first === undefined)
      return pass([...new Set(reached.map(({ host, file }) => `${host} ${sentence(file)}`))].join("; "));
    return {
      host: first.host,
      expected: `${source.host} and ${target.host} to reach most of the bricks of ${volumeName(first.file)}`,
      found: without.map(({ host, file }) => `${host} ${sentence(file)}`).join("; "),
      fix: fixOf(first.file, first.host),
    };
  },
);

interface Reached {
  readonly host: string;
  readonly file: FileOnVolume;
}

/** Each volume once, however many files lie on it. */
function reachedBy(host: string, { volumes }: StorageOnHost): Reached[] {
  const bySource = new Map([...volumes.values()].map((file) => [file.source, file]));
  return [...bySource.values()].map((file) => ({ host, file }));
}

/** GlusterFS's own (cluster.quorum-type auto): more than half, or half with the first brick among them; in each set of copies. */
function hasQuorum({ bricks, replicas }: FileOnVolume): boolean {
  const sets = Array.from({ length: Math.ceil(bricks.length / replicas) }, (_, set) =>
    bricks.slice(set * replicas, (set + 1) * replicas),
  );
  return (
    sets.length > 0 &&
    sets.every((set) => {
      const up = set.filter(({ state }) => state === "up").length;
      return up * 2 > set.length || (up * 2 === set.length && set[0]?.state === "up");
    })
  );
}

/** `reaches 2 of the 3 bricks of migration; 10.77.0.2:/migration/brick is down`. */
function sentence(file: FileOnVolume): string {
  const lost = file.bricks.filter(({ state }) => state !== "up");
  const count = `reaches ${bricksUp(file).length} of the ${file.bricks.length} bricks of ${volumeName(file)}`;
  const how = {
    up: "",
    down: "is down, and its server answers",
    silent: "is down, and its server is silent",
  };
  return [count, ...lost.map(({ name, state }) => `${name} ${how[state]}`)].join(", ");
}

function fixOf(file: FileOnVolume, host: string): string {
  const volume = volumeName(file);
  const lost = file.bricks.filter(({ state }) => state !== "up");
  if (lost.some(({ state }) => state === "silent"))
    return `on the servers of the bricks: systemctl status glusterd, and their firewalls: ${host} must reach port 24007; then gluster volume status ${volume}`;
  return bricksUp(file).length === 0
    ? `on a server of the volume: gluster volume info ${volume}; where it is stopped: gluster volume start ${volume}`
    : `on a server of the volume: gluster volume status ${volume}; gluster volume start ${volume} force starts the bricks that have ended; on ${host}: nft list ruleset`;
}
