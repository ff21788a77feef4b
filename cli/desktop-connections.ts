import { join } from "node:path";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { asWord, shellCommand } from "kvmlab-provider/host/shell-quote";

/** A KVM host as libvirt's programs on a desktop reach it. */
export interface DesktopConnection {
  readonly host: string;
  /** `qemu+ssh://…`, with this lab's `ssh`. */
  readonly uri: string;
}

/** Where the files of the connections lie, and what they use. */
export interface DesktopPlaces {
  readonly folder: string;
  /** OpenSSH's `ssh`, by its whole path: the lab's own has the same name. */
  readonly ssh: string;
  readonly key: string;
  readonly knownHosts: string;
}

/** A file below the folder. */
export interface DesktopFile {
  readonly name: string;
  readonly text: string;
  readonly executable?: boolean;
}

/** sun_path holds 108 bytes, one of them the closing zero; ssh makes the socket under a name that is longer by this, and renames it. */
const socketPathLimit = 107;
const temporarySuffix = 17;

const sshProgram = "ssh";
const sshConfig = "ssh-config";
/** Of GLib's settings in a file, below XDG_CONFIG_HOME. */
const settingsFile = "config/glib-2.0/settings/keyfile";

/**
 * The hosts as libvirt names them. Host and user stand in the SSH configuration, under the host's name, so that virt-manager's list shows that name.
 * libvirt runs the program in `command` in place of its `ssh`.
 */
export function desktopConnections(
  hosts: readonly HostConnection[],
  folder: string,
): readonly DesktopConnection[] {
  const command = encodeURIComponent(join(folder, sshProgram)).replaceAll("%2F", "/").replaceAll("'", "%27");
  return hosts.map(({ name }) => ({ host: name, uri: `qemu+ssh://${name}/system?command=${command}` }));
}

/** All files that they need. None of the user's own is read or changed by what uses these. */
export function desktopFiles(
  hosts: readonly HostConnection[],
  places: DesktopPlaces,
): readonly DesktopFile[] {
  const { folder, ssh } = places;
  const call = shellCommand([ssh, "-F", join(folder, sshConfig)]);
  return [
    { name: sshConfig, text: sshConfiguration(hosts, places) },
    {
      name: sshProgram,
      text: `#!/bin/sh\n# Written by ./lab virt-manager.\nexec ${call} "$@"\n`,
      executable: true,
    },
    { name: settingsFile, text: virtManagerSettings(desktopConnections(hosts, folder)) },
  ];
}

/** What virt-manager is started with: settings of its own, and the lab's `ssh` for the consoles that it opens without libvirt. */
export function desktopEnvironment(folder: string, path: string): Readonly<Record<string, string>> {
  return {
    PATH: `${folder}:${path}`,
    GSETTINGS_BACKEND: "keyfile",
    XDG_CONFIG_HOME: join(folder, "config"),
    // One that is open already, with the user's own settings, would be asked by D-Bus to show its window instead.
    DBUS_SESSION_BUS_ADDRESS: "disabled:",
  };
}

/** What there is to type where there is no window. */
export function shownConnections(lab: string, connections: readonly DesktopConnection[]): string {
  return [
    `The hosts of the lab ${lab}, for programs of libvirt on this machine:`,
    ...connections.map(({ host, uri }) => `  ${host}: ${uri}`),
    "For example:",
    ...connections.map(({ uri }) => `  virsh -c ${asWord(uri)} list --all`),
    `On a desktop: ./lab virt-manager ${lab}; from elsewhere, log in here by ssh -X first.`,
  ].join("\n");
}

function sshConfiguration(
  hosts: readonly HostConnection[],
  { folder, key, knownHosts }: DesktopPlaces,
): string {
  const ofHosts = hosts.flatMap(({ name, address, port, user }) => [
    `Host ${name}`,
    `  HostName ${address}`,
    `  Port ${port}`,
    `  User ${user}`,
    `  HostKeyAlias ${name}`,
  ]);
  const ofAll = [
    ["IdentityFile", sshPath(key)],
    ["IdentitiesOnly", "yes"],
    ["UserKnownHostsFile", sshPath(knownHosts)],
    ["StrictHostKeyChecking", "yes"],
    ["BatchMode", "yes"],
    ["ConnectTimeout", "15"],
    ["ServerAliveInterval", "15"],
    ["LogLevel", "ERROR"],
    ...multiplexing(hosts, folder),
  ];
  const lines = [...ofHosts, "Host *", ...ofAll.map(([name, value]) => `  ${name} ${value}`)];
  return `# Written by ./lab virt-manager.\n${lines.join("\n")}\n`;
}

/** One connection a host for all programs; none where the lab's folder lies too deep for its socket. */
function multiplexing(hosts: readonly HostConnection[], folder: string): readonly [string, string][] {
  const sockets = hosts.map(({ name }) => join(folder, `to-${name}`));
  const longest = Math.max(...sockets.map((path) => Buffer.byteLength(path))) + temporarySuffix;
  if (longest > socketPathLimit) return [];
  return [
    ["ControlMaster", "auto"],
    // %n is the name behind `Host`.
    ["ControlPath", sshPath(folder, "/to-%n")],
    ["ControlPersist", "60"],
  ];
}

/** As ssh_config has it: in quotes, a per cent sign of its own doubled. */
function sshPath(path: string, end = ""): string {
  return `"${path.replaceAll("%", "%%")}${end}"`;
}

function virtManagerSettings(connections: readonly DesktopConnection[]): string {
  const uris = `[${connections.map(({ uri }) => `'${uri}'`).join(", ")}]`;
  return `[org/virt-manager/virt-manager/connections]\nuris=${uris}\nautoconnect=${uris}\n`;
}
