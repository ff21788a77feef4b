# A small service on the host that a guest moves to: by its answers it is seen what the move does to its neighbours.
#
#   perl - LIMIT_SECONDS < this file, and the pipe kept open
#
# Says the port that it listens on. Each line that comes over a connection is answered by a line, after a fixed piece of
# computing. It ends when its standard input does, or after LIMIT_SECONDS. Nothing but perl-base is needed.
use strict;
use warnings;
use IO::Handle;
use Socket;

my ($limit) = @ARGV;
die "expected: LIMIT_SECONDS\n" unless defined $limit;
my $end = time + $limit;
my $most_clients = 8;

# libvirt's own range of ports for incoming guests is left to it.
my ($listener, $port);
do {
  socket $listener, PF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
  bind $listener, pack_sockaddr_in(0, INADDR_ANY) or die "bind: $!\n";
  ($port) = unpack_sockaddr_in(getsockname $listener);
} while $port >= 49152 && $port <= 49215;
listen $listener, $most_clients or die "listen: $!\n";
$listener->blocking(0);
STDIN->blocking(0);
STDOUT->autoflush(1);
print "{\"port\":$port}\n";

sub answer {
  my $sum = 0;
  $sum = ($sum * 31 + $_) % 65_521 for 1 .. 1000;
  return "$sum\n";
}

my %clients;
while (time < $end) {
  my $watched = "";
  vec($watched, fileno $_, 1) = 1 for \*STDIN, $listener, values %clients;
  select $watched, undef, undef, 1;
  if (vec $watched, fileno STDIN, 1) { last if !sysread STDIN, my $ignored, 4096 }
  if (accept my $client, $listener) {
    if (keys %clients < $most_clients) {
      $client->blocking(0);
      setsockopt $client, Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1;
      $clients{fileno $client} = $client;
      send $client, "ready\n", MSG_DONTWAIT | MSG_NOSIGNAL;
    }
  }
  for my $number (keys %clients) {
    next unless vec $watched, $number, 1;
    my $got = sysread $clients{$number}, my $piece, 4096;
    if (!$got) { delete $clients{$number}; next }
    send $clients{$number}, answer(), MSG_DONTWAIT | MSG_NOSIGNAL for $piece =~ /\n/g;
  }
}
__END__
