/**
 * The first line of every script that calls virsh: its words are read by parsers that know English, guests' names are UTF-8 (in the C locale its tables
 * print each other byte as `\xe6`), and a user who is not root means the system's guests too, not guests of his own.
 */
export const systemVirsh = "export LC_ALL=C.UTF-8 LANGUAGE= LIBVIRT_DEFAULT_URI=qemu:///system";
