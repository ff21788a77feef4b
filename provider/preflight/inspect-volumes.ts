import { connectFunction } from "./connect-script";

/**
 * Either host, where the guest's files are on a file system of GlusterFS: for each file the volume that it is on by this host, the file's identity there, and
 * which of the volume's bricks this host reaches. The client tells that itself, in the hidden folder .meta of what it has mounted; a host needs no right at the
 * servers for it. Of a brick that is not reached it is tried whether glusterd on its server answers. A client that has lost its quorum tells nothing any more: then
 * its connections are looked at, and whether the server answers that it was mounted from.
 */
export const inspectVolumes = `${connectFunction}
mark="=$1"; shift
echo "$mark:volumes"
export LC_ALL=C
say() { timeout 5 "$@" 2> /dev/null < /dev/null; }
# $2 answers, $3 is silent, $4 could not be tried
glusterd() {
  connect 3 "$1" 24007 2> /dev/null
  case $? in 0) echo "$2" ;; 126 | 127) echo "$4" ;; *) echo "$3" ;; esac
}
bricks() {
  echo "replicas $(ls "$1"/.meta/graphs/active/*-replicate-0/subvolumes 2> /dev/null | grep -c .)"
  ls -d "$1"/.meta/graphs/active/*-client-* | sort -V | while read -r client; do
    server=$(say cat "$client/options/remote-host")
    if say grep -q '^connected = 1' "$client/private"; then state=up
    else state=$(glusterd "$server" down silent lost); fi
    echo "brick $state $server:$(say cat "$client/options/remote-subvolume")"
  done
}
lost() {
  echo "lost $(glusterd "\${1%%:/*}" server-answers server-silent server-not-tried)"
  client=$(pgrep -f -- "--volfile-id=.* $2\\$") || return 0
  ss -Htnp state established 2> /dev/null < /dev/null | grep "pid=$client," |
    while read -r _ _ _ peer _; do [ "\${peer##*:}" = 24007 ] || echo "connected \${peer%:*}"; done | sort -u
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
  if say ls "$point/.meta" > /dev/null; then
    echo "gfid $(say getfattr --absolute-names --only-values -n glusterfs.gfid.string "$file")"
    bricks "$point"
  else
    lost "$from" "$point"
  fi
done
`;
