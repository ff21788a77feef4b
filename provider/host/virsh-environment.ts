/**
 * The first line of every script that calls virsh: its words are read by parsers that know English, and a user who is not
 * root means the system's guests too, not guests of his own.
 */
export const systemVirsh = "export LC_ALL=C LIBVIRT_DEFAULT_URI=qemu:///system";
