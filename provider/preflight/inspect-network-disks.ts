import { systemVirsh } from "../host/virsh-environment";
import { connectFunction } from "./connect-script";
import { resolverLimits } from "./inspection-scripts";

/**
 * Either host: disks that QEMU fetches from a server by itself. $2 is the guest's emulator, then come questions; each answer is a line that
 * begins with its question.
 *
 * Whether QEMU has a driver only QEMU knows: it may be built in, a module in a folder of its distribution's, or in a file whose libraries are missing. So
 * the guest's own emulator is told to open nothing by that driver: it complains of what is left out, or that it does not know the driver. `qemu-img --help` lists
 * also modules that are not installed.
 *
 * A secret's value goes nowhere: it is asked for to see whether there is one.
 */
export const inspectNetworkDisks = `${connectFunction}
mark="=$1"; emulator=$2; shift 2
${systemVirsh} RES_OPTIONS='${resolverLimits}'
echo "$mark:network"
answer() {
  what=\${1%% *}; about=\${1#* }
  case $what in
    name) getent ahosts "$about" | while read -r address _; do echo "$1 = $address"; done ;;
    cluster)
      sed -n -E 's/^[[:space:]]*(fsid|mon[_ ]host)[[:space:]]*=[[:space:]]*/\\1 /p' "$about" |
        while IFS= read -r line; do echo "$1 = $line"; done ;;
    keyrings) for file in "$about"/*.keyring; do [ ! -r "$file" ] || echo "$1 = $file"; done ;;
    driver)
      timeout 20 "$emulator" -M none -nodefaults -display none -drive "if=none,driver=$about" 2>&1 |
        while IFS= read -r line; do echo "$1 = $line"; done ;;
    server)
      question=$1
      set -- $about
      said=$(connect 8 "$@" 2>&1)
      echo "$question = $? \${said##*: }" ;;
    secret)
      id=\${about#uuid }
      if [ "$id" = "$about" ]; then
        id=$(timeout 20 virsh secret-list | while read -r uuid usage; do if [ "usage $usage" = "$about" ]; then echo "$uuid"; fi; done)
        [ -n "$id" ] || { echo "$1 = 1 no secret of this usage"; return; }
      fi
      said=$(timeout 20 virsh secret-get-value "$id" 2>&1 > /dev/null)
      echo "$1 = $? \${said##*error: }" ;;
    tls)
      folder=$(sed -n 's/^[[:space:]]*nbd_tls_x509_cert_dir[[:space:]]*=[[:space:]]*"\\(.*\\)".*/\\1/p' "$about")
      for usual in /etc/pki/libvirt-nbd /etc/pki/qemu; do [ -n "$folder" ] || [ ! -d "$usual" ] || folder=$usual; done
      if [ -r "\${folder:=/etc/pki/qemu}/ca-cert.pem" ]; then echo "$1 = there $folder"; else echo "$1 = missing $folder"; fi ;;
  esac
}
for asked; do answer "$asked" < /dev/null 2> /dev/null & done
wait
`;
