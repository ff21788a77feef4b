import { neighbourAddress } from "./addresses";

/**
 * Shell for a host: writes /run/second.xml, the definition of a guest `second` that is the lab's guest with a UUID, a MAC, an address
 * and a disk (second.qcow2 beside the first one's) of its own.
 *
 * @param guestAddress the first one's
 * @param changes further expressions for sed, quoted for a shell
 */
export const defineSecond = (
  guestAddress: string,
  ...changes: readonly string[]
) => `virsh dumpxml --inactive guest |
  sed -e '/<uuid>/d' -e '/<mac /d' -e 's/<name>guest</<name>second</' \\
    -e "s/$(virsh domblklist guest | sed -n 's|.*/||; /qcow2/p')/second.qcow2/" \\
    -e 's/lab.address=${guestAddress}/lab.address=${neighbourAddress(guestAddress, 60)}/' ${changes.map((change) => `-e ${change}`).join(" ")} > /run/second.xml
virsh define /run/second.xml`;
