/**
 * Either host, where the guest's files are on a file system of GlusterFS: for each file the volume that it is on by this host, the file's identity there, and
 * which of the volume's bricks this host reaches. The client tells that itself, in the hidden folder .meta of what it has mounted; a host needs no other
 * right at the servers for it. Of a brick that it does not reach it is tried whether glusterd on that server answers. Nothing is waited for that has lost its bricks.
 */
export const inspectVolumes = `
mark="=$1"; shift
echo "$mark:volumes"
export LC_ALL=C
say() { value=$(timeout 5 "$@" 2> /dev/null < /dev/null) && [ -n "$value" ] && echo "$value"; }
option() { timeout 5 sed -n "s/^option $2 //p; s/^$2 = //p" "$1" 2> /dev/null < /dev/null; }
bricks() {
  for client in "$1"/.meta/graphs/active/*-client-*; do
    [ -e "$client/private" ] || continue
    server=$(say cat "$client/options/remote-host")
    folder=$(say cat "$client/options/remote-subvolume")
    case $(say grep -m 1 '^connected' "$client/private") in
      *1) echo "brick up $server:$folder" ;;
      *)
        if timeout 3 bash -c 'exec 3<> "/dev/tcp/$0/24007"' "$server" 2> /dev/null < /dev/null; then answers=down; else answers=silent; fi
        echo "brick $answers $server:$folder"
        ;;
    esac
  done
}
for file; do
  echo "path $file"
  point=; type=; from=
  while read -r _ _ _ _ at rest; do
    case $file in "\${at%/}"/*) ;; *) continue ;; esac
    if [ "\${#at}" -lt "\${#point}" ]; then continue; fi
    point=$at
    rest=\${rest#* - }; type=\${rest%% *}
    rest=\${rest#* }; from=\${rest%% *}
  done < /proc/self/mountinfo
  [ "$type" = fuse.glusterfs ] || continue
  echo "mounted $from $point"
  echo "gfid $(say getfattr --absolute-names --only-values -n glusterfs.gfid.string "$file")"
  bricks "$point"
done
`;
