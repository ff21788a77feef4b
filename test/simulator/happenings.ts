import type { Deployer } from "./deployer";
import { booted, definitionOf } from "./domains";
import { Libvirt } from "./libvirt";
import { Move } from "./move";
import { uuidOf } from "./simulated-hosts";
import { deployer, type Host, type World } from "./world";

/** What can happen to hosts, and to whoever asks something of them. */
export type Happening =
  | { readonly what: "up"; readonly to: number }
  | { readonly what: "drain"; readonly at: number }
  | { readonly what: "drain destroyed" }
  | { readonly what: "killed"; readonly programsToo: boolean }
  | { readonly what: "ctrl-c" }
  | { readonly what: "virsh dies"; readonly at: number }
  | { readonly what: "libvirtd restarts" | "libvirtd stops" | "qemu dies"; readonly at: number }
  | { readonly what: "host dies" | "host boots"; readonly at: number }
  | { readonly what: "hosts cut"; readonly at: number; readonly other: number; readonly bothWays: boolean }
  | { readonly what: "deployer cut"; readonly at: number; readonly way: "there" | "back" | "both" }
  | { readonly what: "network joins" | "data breaks" | "job aborted" | "switched" }
  | {
      readonly what: "moved by hand";
      readonly to: number;
      readonly peerToPeer: boolean;
      readonly postCopy: boolean;
    }
  | { readonly what: "started by hand" | "undefined by hand"; readonly at: number }
  | { readonly what: "destroyed by hand" | "suspended by hand" | "resumed by hand" | "renamed by hand" }
  | { readonly what: "namesake appears"; readonly at: number; readonly runs: boolean };

interface Scene {
  readonly world: World;
  /** The guest that it happens to. */
  readonly uuid: string | undefined;
  readonly name: string;
  /** The runs that go on. */
  readonly running: readonly Deployer[];
}

/** Does it to the world; what a stack is told to do is for whoever has it. */
export function happen(happening: Happening, { world, uuid, name, running }: Scene): void {
  const hosts = [...world.hosts.values()];
  const host = (index: number): Host => {
    const found = hosts[index % hosts.length];
    if (found) return found;
    throw new Error("a world without hosts");
  };
  world.tell(
    `* ${Object.values(happening).join(" ")}${"at" in happening ? ` (${host(happening.at).name})` : ""}`,
  );
  switch (happening.what) {
    case "up":
    case "drain":
    case "drain destroyed":
      return;
    case "killed":
      for (const one of running) one.die(happening.programsToo);
      return;
    case "ctrl-c":
      for (const one of running) one.cancel();
      return;
    case "virsh dies":
      for (const program of running.flatMap(({ programs }) => [...programs]))
        if (program.host === host(happening.at)) program.virshDies();
      return;
    case "libvirtd restarts":
    case "libvirtd stops":
      stopDaemon(world, host(happening.at), happening.what === "libvirtd restarts");
      return;
    case "qemu dies": {
      const at = host(happening.at);
      const domain = at.domains.find((one) => one.uuid === uuid && one.active);
      if (domain) new Libvirt(world, at, "them").end(domain, "crashed");
      return;
    }
    case "host dies":
      endHost(host(happening.at), running);
      return;
    case "host boots":
      bootHost(host(happening.at));
      return;
    case "hosts cut": {
      const [one, other] = [host(happening.at), host(happening.other)];
      if (one === other) return;
      world.cut(one.name, other.name);
      if (happening.bothWays) world.cut(other.name, one.name);
      return;
    }
    case "deployer cut": {
      const { name: at } = host(happening.at);
      if (happening.way !== "back") world.cut(deployer, at);
      if (happening.way !== "there") world.cut(at, deployer);
      return;
    }
    case "network joins":
      world.join();
      return;
    case "data breaks":
      for (const move of world.moves) move.breakData();
      return;
    case "namesake appears":
      addNamesake(world, host(happening.at), name, happening.runs);
      return;
    default:
      if (uuid !== undefined) byHand(world, uuid, happening as ByHand, host);
  }
}

type Named<One> = One extends { readonly what: infer What }
  ? What extends string
    ? One & { readonly what: What }
    : never
  : never;
type ByHand = Extract<Named<Happening>, { what: `${string} by hand` | "job aborted" | "switched" }>;

/** What somebody does with virsh who knows of no program. */
function byHand(world: World, uuid: string, happening: ByHand, host: (index: number) => Host): void {
  const having = world.activeOf(uuid).filter((one) => one.host.libvirtd);
  const [first] = having;
  const at = (one: Host) => new Libvirt(world, one, "them");
  switch (happening.what) {
    case "moved by hand": {
      const target = host(happening.to);
      if (!first || target === first.host) return;
      const { peerToPeer, postCopy } = happening;
      const options = { live: true, postcopy: postCopy, persistent: true, undefineSource: true, peerToPeer };
      const move = at(first.host).migrate(uuid, target, options);
      if (postCopy && move instanceof Move) world.time.after(4_000, () => move.switch());
      return;
    }
    case "started by hand": {
      // Whoever has a guest on shared storage is kept by QEMU's locks from most second starts.
      if (world.activeOf(uuid).length > 0 && world.chance.happens(0.8)) return;
      at(host(happening.at)).start(uuid);
      return;
    }
    case "undefined by hand":
      if (world.definitionsOf(uuid).length > 1) at(host(happening.at)).undefine(uuid);
      return;
    case "renamed by hand":
      for (const one of world.definitionsOf(uuid)) at(one).rename(uuid, "renamed");
      return;
    default:
      if (!first) return;
      if (happening.what === "destroyed by hand") at(first.host).destroy(uuid);
      else if (happening.what === "suspended by hand") at(first.host).suspend(uuid);
      else if (happening.what === "resumed by hand") at(first.host).resume(uuid);
      else if (happening.what === "job aborted") for (const one of having) at(one.host).abortJob(uuid);
      else for (const one of having) at(one.host).postCopy(uuid);
  }
}

export function stopDaemon(world: World, host: Host, again: boolean): void {
  if (!host.powered) return;
  host.libvirtd = false;
  for (const move of [...world.moves]) {
    // A virsh that carries it from the source hears of both daemons.
    if (move.from === host || move.to === host) move.loseDaemon(host);
  }
  const { boots } = host;
  if (again)
    world.time.after(world.chance.between(1_500, 4_000), () => {
      if (host.boots === boots && host.powered) host.libvirtd = true;
    });
}

export function endHost(host: Host, running: readonly Deployer[]): void {
  if (!host.powered) return;
  host.powered = false;
  host.libvirtd = false;
  for (const domain of host.domains) {
    domain.active = undefined;
    domain.offReason = "unknown";
  }
  host.domains = host.domains.filter(({ persistent }) => persistent);
  for (const program of running.flatMap(({ programs }) => [...programs]))
    if (program.host === host) program.hostEnded();
}

export function bootHost(host: Host): void {
  if (host.powered) return;
  host.powered = true;
  host.libvirtd = true;
  host.boots++;
}

let namesakes = 100;

/** Another guest that happens to have the same name. */
function addNamesake(world: World, host: Host, name: string, runs: boolean): void {
  if (!host.powered || host.domains.some((one) => one.name === name)) return;
  const uuid = uuidOf(namesakes++);
  world.watchman.foreign.add(uuid);
  host.domains.push({
    uuid,
    name,
    xml: definitionOf(name, uuid, 51_208),
    memoryKiB: 51_208,
    persistent: true,
    autostart: false,
    marks: new Map(),
    offReason: "shutdown",
    ...(runs ? { active: booted(world.nextLife(), new Map()) } : {}),
  });
}
