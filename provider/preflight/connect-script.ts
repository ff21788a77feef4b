/** The message where a connection cannot be tried. */
const noProgram = "neither bash nor perl is there to try it";

/**
 * A function of sh, `connect SECONDS ADDRESS PORT [GREETING]`: tries a TCP connection from the host. sh itself cannot; bash and perl can, and perl is needed to measure
 * a move anyway. It ends with 0 when it is taken (and greeted so), 3 without the greeting, 124 when nothing answers in time, 127 when neither program is there, and
 * else with the system's message behind its last colon.
 */
export const connectFunction = `
byBash='exec 3<> "/dev/tcp/$0/$1" || exit 1
[ -n "$2" ] || exit 0
read -r -t 5 -N "\${#2}" -u 3 said && [ "$said" = "$2" ] || exit 3'
byPerl='use IO::Socket::IP; my ($address, $port, $greeting) = @ARGV;
my $server = IO::Socket::IP->new(PeerHost => $address, PeerService => $port, Type => SOCK_STREAM);
if (!$server) { print STDERR "connect: $@\\n"; exit 1 }
$SIG{ALRM} = sub { exit 3 }; alarm 5; my $said = "";
while (length $said < length $greeting) { sysread($server, $said, length($greeting) - length $said, length $said) or exit 3 }
exit($said eq $greeting ? 0 : 3)'
connect() {
  if command -v bash > /dev/null; then set -- "$1" bash -c "$byBash" "$2" "$3" "\${4:-}"
  elif command -v perl > /dev/null; then set -- "$1" perl -e "$byPerl" "$2" "$3" "\${4:-}"
  else echo "connect: ${noProgram}" >&2; return 127; fi
  LC_ALL=C timeout "$@" < /dev/null
}
`;
