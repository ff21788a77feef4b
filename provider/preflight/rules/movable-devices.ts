import { asWord } from "../../host/shell-quote";
import { folderOf, type GuestDisk, isMedium } from "../facts/guest-disk";
import type { MoveFacts } from "../facts/move-facts";
import { sameContent } from "../facts/storage-facts";
import { pass, ruleOnGuest } from "../rule";
import { serverComplaint } from "./same-server";

/** The guest holds nothing of its host's own: no device, no folder, no medium that only this host has. */
export const movableDevices = ruleOnGuest("movable-devices", "KVM-638", ({ disks, unmovable }, facts) => {
  const media = disks.filter((disk) => isMedium(disk) && !isOnTarget(disk, facts));
  const local = media.map(({ device, name, path }) => `${path} in its ${device} ${name}`);
  const held = [...unmovable, ...local];
  if (held.length === 0) return pass("nothing of its host's own");
  const [medium] = media;
  return {
    host: facts.source.host,
    expected: `${facts.guest} to hold nothing that only ${facts.source.host} has`,
    found: held.join("; "),
    fix:
      medium !== undefined && unmovable.length === 0
        ? `on ${facts.source.host}: virsh change-media ${asWord(facts.guest)} ${medium.name} --eject`
        : `on ${facts.source.host}: virsh detach-device ${asWord(facts.guest)} DEVICE.xml --live, with the element from virsh dumpxml ${asWord(facts.guest)}; it can be given another one on ${facts.target.host}`,
  };
});

/** One that may be missing is left out by libvirt, where it is; another one under the same path is not. */
function isOnTarget({ name, kind, path, readonly, optional, network }: GuestDisk, facts: MoveFacts): boolean {
  const { storage } = facts;
  if (kind === "none") return true;
  if (kind === "network")
    return network.every((source) => serverComplaint(name, source, facts) === undefined);
  if (kind === "file" && !readonly) return storage.target.tokens?.get(folderOf(path)) === "seen";
  const isMissing = !storage.target.contents.has(path);
  return kind === "file" && ((optional && isMissing) || sameContent(path, storage));
}
