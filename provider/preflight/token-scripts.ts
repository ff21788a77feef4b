/*
 * The scripts by which a file is written through one host and read through the other: what proves that both have one share.
 */

/** What a token's file is called in each folder of the guest's disks. */
export const tokenFile = ".kvmlab-preflight-";

/**
 * A share whose server takes root for nobody (root_squash) is for the user that QEMU runs as: qemu.conf's, or that of the distribution's packages. `asQemu` says in $as how a program
 * is run as that user. It is asked only where root was refused.
 */
const asQemu = `
as=
asQemu() {
  set -- $(sed -n 's/^[[:space:]]*user[[:space:]]*=[[:space:]]*"\\{0,1\\}+\\{0,1\\}\\([^"#[:space:]]*\\).*/\\1/p' /etc/libvirt/qemu.conf 2> /dev/null < /dev/null) libvirt-qemu qemu
  for one; do
    if id -u "$one" > /dev/null 2>&1; then
      as="setpriv --reuid=$one --regid=$(id -g "$one") --init-groups"
      return 0
    fi
  done
  return 1
}
`;

/** The source: the folders to write a token in. */
export const writeTokens = `${asQemu}
mark="=$1"; token=$1; shift
echo "$mark:tokens"
for folder; do
  file=$folder/${tokenFile}$token
  if echo "$token" 2> /dev/null > "$file"; then echo "written $folder"
  elif asQemu && echo "$token" | $as tee "$file" > /dev/null 2>&1; then echo "written $folder"
  else echo "refused $folder"; fi
done
echo "$mark:space"; LC_ALL=C df -k --output=file,fstype,avail,source,target -- "$@"
`;

/**
 * The target: $2 how many folders follow, then them, $3 how many disks that are built upon others, then other files. It reads the source's tokens and
 * removes them: that it may write is seen by that.
 */
export const readTokens = `${asQemu}
mark="=$1"; token=$1; folders=$2; disks=$3; shift 3
echo "$mark:tokens"
count=0
for folder; do
  count=$((count + 1)); [ "$count" -le "$folders" ] || break
  file=$folder/${tokenFile}$token
  if [ ! -d "$folder" ]; then echo "no folder $folder"; continue; fi
  held=
  if ! read -r held 2> /dev/null < "$file" && asQemu; then held=$($as cat -- "$file" 2> /dev/null < /dev/null); fi
  if [ "$held" = "$token" ]; then
    echo "seen $folder"
    rm -f "$file" 2> /dev/null || { asQemu && $as rm -f "$file" 2> /dev/null; } || echo "kept $folder"
  else echo "absent $folder"; fi
done
echo "$mark:space"
LC_ALL=C df -k --output=file,fstype,avail,source,target -- /etc/libvirt /var/lib/libvirt/qemu /var/log/libvirt /run "$@"
shift "$folders"
echo "$mark:files"
# By root, or where that was refused by QEMU's user: either is enough.
can() { [ "$1" "$2" ] || { [ -n "$as" ] && $as test "$1" "$2"; }; }
for file; do
  able=-
  if can -e "$file"; then able=\${able}e; fi
  if can -r "$file"; then able=\${able}r; fi
  if can -w "$file"; then able=\${able}w; fi
  if [ -b "$file" ]; then able=\${able}b; fi
  echo "$able $file"
done
command -v qemu-img > /dev/null || exit 0
count=0
for file; do
  count=$((count + 1)); [ "$count" -le "$disks" ] || break
  reader=
  [ -r "$file" ] || reader=$as
  can -r "$file" || continue
  echo "$mark:chain $file"
  LC_ALL=C timeout 10 $reader qemu-img info -U --output=json --backing-chain -- "$file" 2>&1 < /dev/null
done
`;

/** Removes tokens that the target did not: $1 the token, then the folders. */
export const removeTokens = `${asQemu}
token=$1; shift
for folder; do
  file=$folder/${tokenFile}$token
  rm -f "$file" 2> /dev/null || { asQemu && $as rm -f "$file"; }
done
`;
