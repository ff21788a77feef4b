import { Libvirt } from "./libvirt";
import type { Told } from "./told";
import type { World } from "./world";

/** Does what an error tells a person to do: the commands of libvirt's that it names. */
export function followAdvice(world: World, { fix }: Told): void {
  const said = /\bon (h\d)\b/.exec(fix)?.[1];
  if (said === undefined) return;
  for (const [, act, uuid = ""] of fix.matchAll(/virsh (destroy|start|resume) ([0-9a-f-]{36})/g)) {
    const there = /(?:, |; )on (h\d): virsh (?:destroy|resume)/.exec(fix)?.[1] ?? said;
    const libvirt = new Libvirt(world, world.host(there), "them");
    world.tell(`as advised, on ${there}: virsh ${act} ${uuid}`);
    if (act === "destroy") libvirt.destroy(uuid);
    else if (act === "start") libvirt.start(uuid);
    else libvirt.resume(uuid);
  }
}
