import { disksOfDomains } from "../host/domain-disks";
import type { AlsoAsked } from "../host/inspect-domain";
import { loginShellLine } from "../host/login-shell";
import { shellCommand } from "../host/shell-quote";
import { connectFunction } from "./connect-script";
import { bootIs, commandBegins, libvirtIsThere, printedBefore } from "./facts/reach-facts";

/*
 * The scripts that gather what the rules evaluate. Starting a process takes 50 to 100 ms on an emulated host, and virsh
 * most of a second: so one virsh is kept for all that it is asked (virsh-session.ts), and what the shell can do by itself it does.
 * Each script's first argument is the token that its marker lines carry. Nothing may read the script's own standard input.
 */

/** How long the hosts' connection stays after the try. */
export const sshStaysSeconds = 20;

/** A name server that does not answer must not hold the look up: glibc's own limits are 5 s, twice, for each form of a name. */
export const resolverLimits = "timeout:2 attempts:1";

/**
 * How names are looked up, without a program: resolv.conf, and the hosts file's lines with one of the names. Only where a name was not resolved
 * ($lost) it is looked for the cause: each name server is asked for the root's name servers (anything it says is an answer), where bash is there to do it.
 */
const lookup = `
echo "$mark:lookup"
while read -r key words || [ -n "$key" ]; do
  case $key in nameserver | search | domain) echo "$key $words" ;; esac
done < /etc/resolv.conf
while read -r line || [ -n "$line" ]; do
  for other; do case " $line " in *[[:space:]]"$other"[[:space:]]*) echo "entry $line" ;; esac; done
done < /etc/hosts
if [ -n "$lost" ]; then
  grep -E '^[[:space:]]*hosts:' /etc/nsswitch.conf < /dev/null
  while read -r key server _ || [ -n "$key" ]; do
    [ "$key" = nameserver ] || continue
    command -v bash > /dev/null || continue
    timeout 7 bash -c 'exec 3<> "/dev/udp/$0/53" || exit 1
      printf "K\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0\\0\\2\\0\\1" >&3 || exit 1
      read -r -t 4 -N 1 -u 3' "$server" < /dev/null 2> /dev/null
    echo "asked $server $?"
  done < /etc/resolv.conf
fi`;

/** What is asked of a host beside the guest; the script's arguments are what the other hosts are called. The clock comes first, so that its answer comes at a known time. */
export const askHost: Omit<AlsoAsked, "args"> = {
  virsh: {
    version: "version --daemon",
    hostname: "hostname",
    networks: "net-list --name",
    capabilities: "capabilities",
    disks: disksOfDomains,
    secrets: "secret-list",
    filters: "nwfilter-list",
  },
  ofGuest: (uuid) => ({
    snapshots: `snapshot-list ${uuid} --name`,
    checkpoints: `checkpoint-list ${uuid} --name`,
  }),
  script: `
export LC_ALL=C RES_OPTIONS='${resolverLimits}'
date "+$mark:clock%n%s.%N"
lost=
for other; do echo "$mark:other $other"; getent ahosts "$other" < /dev/null || lost=yes; done${lookup}
echo "$mark:addresses"; ip -o addr show < /dev/null
echo "$mark:qemu.conf"
sed -n -e '/^[[:space:]]*migration_/p' -e '/^[[:space:]]*shared_filesystems/,/]/p' /etc/libvirt/qemu.conf < /dev/null
echo "$mark:devices"
for device in /sys/class/net/*; do
  if [ -d "$device/bridge" ]; then echo "bridge \${device##*/}"; else echo "device \${device##*/}"; fi
done
echo "$mark:boot"; read -r boot < /proc/sys/kernel/random/boot_id && echo "$boot"
echo "$mark:online"
for what in cpu node; do
  online=; read -r online 2> /dev/null < "/sys/devices/system/$what/online"; echo "\${online:-0}"
done
echo "$mark:swtpm"; command -v swtpm
echo "$mark:listeners"
for table in /proc/net/tcp /proc/net/tcp6; do
  # State 0A listens.
  [ ! -r "$table" ] || while read -r _ local _ state _; do [ "$state" != 0A ] || echo "$local"; done < "$table"
done
echo "$mark:kernel"; sed '/^$/q' /proc/meminfo /proc/cpuinfo
`,
};

/** The source, where its sshd forwards nothing: $2 the target's name, then ports there. One where nobody listens must say so at once. */
export const tryPorts = `${connectFunction}
mark="=$1"; target=$2; shift 2
echo "$mark:ports"
for port; do
  {
    said=$(connect 8 "$target" "$port" 2>&1)
    echo "$port $? \${said##*: }"
  } &
done
wait
`;

/** What the try of SSH runs on the target, whatever the login shell is there. */
const atTarget = `
printf '\\n%s\\n' ${commandBegins}
read -r boot < /proc/sys/kernel/random/boot_id && echo "${bootIs}$boot"
for socket in /run/libvirt/libvirt-sock /run/libvirt/virtqemud-sock; do
  if [ -w "$socket" ]; then echo ${libvirtIsThere}; exit 0; fi
done
exit 1`;

/**
 * The source: $2 the target's name, $3 a word when it is root's SSH that counts, because libvirtd carries the move. SSH is tried as libvirt does it, by the same user with the same settings; the boot's ID tells which
 * machine it is that answers. Who does not answer is known after ConnectTimeout, key exchange included; the rest is for a host that is slow. Always by a connection of its own. Where these settings name a ControlPath,
 * it stays for a moment, and libvirt's SSH finds it there: one key exchange is enough.
 * What a login there prints to its standard output is told apart from what SSH complains of: only the first is in libvirt's way.
 */
export const trySsh = `
mark="=$1"; target=$2; as=
if [ -n "$3" ] && [ "$(id -u)" != 0 ]; then as="sudo -n -H"; fi
said=$({
  {
    LC_ALL=C timeout 20 $as ssh -T -o BatchMode=yes -o ConnectTimeout=6 \\
      -o ControlMaster=yes -o ControlPersist=${sshStaysSeconds} -o ServerAliveInterval=5 -o ServerAliveCountMax=2 -- "$target" \\
      ${shellCommand([loginShellLine(atTarget)])} 2>&4 < /dev/null
    printf '\\n%s\\n' "$mark:ended $?"
  } | {
    before='${printedBefore}'
    while IFS= read -r line; do
      case $line in ${commandBegins} | "$mark:ended "*) before= ;; esac
      [ -z "$line" ] || printf '%s\\n' "$before$line"
    done
  }
} 4>&1)
printf '%s\\n%s\\n%s\\n' "$mark:ssh" "\${said##*"$mark:ended "}" "\${said%"$mark:ended "*}"
`;

/** The source: $2 the name that the target's libvirt gives itself. By a script of its own: a name server that does not answer says nothing of the storage. */
export const resolveName = `
mark="=$1"
echo "$mark:resolved"; RES_OPTIONS='${resolverLimits}' getent ahosts "$2" < /dev/null
`;

/** Either host: files that are to be the same on both, with size and a sum of their beginning, where an ISO has its name and date. */
export const inspectContents = `
mark="=$1"; shift
echo "$mark:contents"
for file; do
  [ -r "$file" ] || continue
  sum=$(head -c 1048576 -- "$file" | md5sum)
  echo "$(stat -L -c %s -- "$file") \${sum%% *} $file"
done
`;

/** Where the guest's processor lies on the target, for its virsh to read. */
export const cpuFile = "/tmp/kvmlab-cpu-";

/** The target: $1 that file, which must not be there yet, $2 the guest's processor as XML. */
export const writeCpu = `
umask 077
set -C
printf '%s' "$2" > "$1"
`;
