# Looks at a guest's probe as its users do, from a third place, and writes what it sees as lines of JSON.
#
#   perl - ADDRESS PORT INTERVAL_MS PING_INTERVAL_MS REQUESTS_A_SECOND LIMIT_SECONDS < this file, and the pipe kept open
#
# Every INTERVAL_MS a numbered datagram goes out, and every PING_INTERVAL_MS an ICMP echo (0: none), on absolute schedules;
# one TCP connection carries request after request. A line "neighbour ADDRESS PORT" on standard input begins the same requests
# to another service; any other line is answered at once. All times (t) are microseconds of this machine's monotonic clock.
# It ends when its standard input does, or after LIMIT_SECONDS. Nothing but perl-base is needed: Time::HiRes is not in it,
# hence the system call.
use strict;
use warnings;
use Config;
use Errno qw(EAGAIN EINPROGRESS EINTR);
use IO::Handle;
use Socket;

my ($address, $port, $interval_ms, $ping_ms, $rate, $limit) = @ARGV;
die "expected: ADDRESS PORT INTERVAL_MS PING_INTERVAL_MS REQUESTS_A_SECOND LIMIT_SECONDS\n" unless defined $limit;

my %clock_gettime = (x86_64 => 228, aarch64 => 113, riscv64 => 113, powerpc64le => 246, s390x => 260);
my ($processor) = $Config{archname} =~ /^([^-]+)/;
my $gettime = $clock_gettime{$processor};
die "no monotonic clock known for $processor\n" unless defined $gettime;

sub now {
  my $time = "\0" x 16;
  syscall($gettime, 1, $time) == 0 or die "clock_gettime: $!\n";
  my ($seconds, $nanoseconds) = unpack "q q", $time;
  return $seconds * 1_000_000 + int($nanoseconds / 1000);
}

# As a sequence number of 32 bits on the wire has it: after the last comes 0.
my $modulus = 2**32;
my $flush_every = 200_000;
my $most_unwritten = 16 * 1024 * 1024;
my $reconnect_after = 500_000;
my $guest = inet_aton($address) || die "$address: no such address\n";
my $peer = pack_sockaddr_in($port, $guest);

my ($out, $flush_at) = ("", 0);
sub say_line { $out .= "{\"t\":$_[0],\"k\":\"$_[1]\"" . (length($_[2] // "") ? ",$_[2]" : "") . "}\n" }
sub text { my ($word) = @_; $word =~ s/[^ -~]|["\\]/./g; return "\"$word\"" }

STDIN->blocking(0);
STDOUT->blocking(0);

# What cannot be written now is written later: nobody who reads slowly holds the probes up.
sub flush_lines {
  return if $out eq "";
  my $written = syswrite STDOUT, $out;
  if (defined $written) { substr($out, 0, $written) = "" }
  elsif (!$!{EAGAIN} && !$!{EINTR}) { exit 1 }
  die "nobody reads the samples\n" if length $out > $most_unwritten;
}

socket my $udp, PF_INET, SOCK_DGRAM, 0 or die "socket: $!\n";
my $number = 0;

sub send_probe {
  my $time = now();
  say_line($time, "sent", "\"n\":$number");
  # Not connected: the ICMP error of one datagram must not be taken for the failure of the next.
  send($udp, $number, MSG_DONTWAIT, $peer) // say_line($time, "unsent", "\"n\":$number,\"why\":" . text("$!"));
  $number = ($number + 1) % $modulus;
}

my $boot = "";
sub read_answers {
  while (defined(my $from = recv $udp, my $answer, 2048, MSG_DONTWAIT)) {
    my $time = now();
    next if $from ne $peer;
    my ($n) = $answer =~ /"echo":"(\d+)"/;
    my ($uptime) = $answer =~ /"uptimeMs":(\d+)/;
    my ($counter) = $answer =~ /"counter":(\d+)/;
    my ($id) = $answer =~ /"bootId":"([^"]*)"/;
    my ($pages) = $answer =~ /"memoryLoadPages":(\d+)/;
    my ($kib) = $answer =~ /"diskLoadKiB":(\d+)/;
    if (!defined $n || !defined $uptime || !defined $counter) { say_line($time, "odd"); next }
    # The boot is told when it is another one than before.
    my $more = defined $id && $id ne $boot ? ",\"boot\":" . text($boot = $id) : "";
    # What the guest wrote by its loads, where it has any.
    $more .= ",\"pages\":$pages" if $pages;
    $more .= ",\"kib\":$kib" if $kib;
    say_line($time, "got", "\"n\":$n,\"uptime\":$uptime,\"counter\":$counter$more");
  }
}

# ICMP: by the kernel's own socket for it where that is allowed, else by a raw one, which root may have.
my ($ping, $is_raw, $pinged) = (undef, 0, 0);
my ($echo_request, $echo_reply, $ping_id) = (8, 0, $$ & 0xffff);
if ($ping_ms > 0 && !socket $ping, PF_INET, SOCK_DGRAM, Socket::IPPROTO_ICMP) {
  $is_raw = 1;
  if (!socket $ping, PF_INET, SOCK_RAW, Socket::IPPROTO_ICMP) {
    say_line(now(), "pingless", "\"why\":" . text("$!"));
    undef $ping;
  }
}

sub checksum {
  my $sum = unpack "%32n*", $_[0];
  $sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
  return ~$sum & 0xffff;
}

sub send_ping {
  my @fields = ($ping_id, $pinged & 0xffff, $pinged);
  my $sum = checksum(pack "C2 n3 N", $echo_request, 0, 0, @fields);
  say_line(now(), "ping", "\"n\":$pinged");
  send $ping, pack("C2 n3 N", $echo_request, 0, $sum, @fields), MSG_DONTWAIT, pack_sockaddr_in(0, $guest);
  $pinged = ($pinged + 1) % $modulus;
}

sub read_echoes {
  while (defined(my $from = recv $ping, my $packet, 2048, MSG_DONTWAIT)) {
    my $time = now();
    # A raw socket is given the IP header too, and everybody's packets.
    substr($packet, 0, 4 * (ord($packet) & 15)) = "" if $is_raw;
    next if length $packet < 12 || (unpack_sockaddr_in($from))[1] ne $guest;
    my ($type, $id, $n) = unpack "C x3 n x2 N", $packet;
    say_line($time, "echo", "\"n\":$n") if $type == $echo_reply && (!$is_raw || $id == $ping_id);
  }
}

# Requests over one TCP connection each, one after the other: to the guest, and to a neighbour of it.
my @askers;
sub add_asker {
  my ($to, $of) = @_;
  push @askers, {to => $to, of => $of, tcp => undef, state => "none", line => "", asked => 0, ask_at => 0, dial_at => 0};
}
add_asker($peer, "");

sub dial {
  my ($asker) = @_;
  @$asker{qw(line state dial_at)} = ("", "dialling", now() + $reconnect_after);
  socket my $tcp, PF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
  $asker->{tcp} = $tcp;
  $tcp->blocking(0);
  setsockopt $tcp, Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1;
  connect($tcp, $asker->{to}) or $!{EINPROGRESS} or lost($asker, "$!");
}

sub lost {
  my ($asker, $why) = @_;
  my $time = now();
  say_line($asker->{asked}, "open", $asker->{of}) if $asker->{state} eq "asked";
  say_line($time, "tcp", "\"is\":\"lost\",\"why\":" . text($why) . after($asker));
  close $asker->{tcp};
  @$asker{qw(tcp state dial_at)} = (undef, "none", $time + $reconnect_after);
}

sub after { my ($asker) = @_; return $asker->{of} eq "" ? "" : ",$asker->{of}" }

sub ask {
  my ($asker) = @_;
  $asker->{asked} = now();
  # One after the other, and never more a second than asked for.
  $asker->{ask_at} = $asker->{asked} + 1_000_000 / $rate;
  my $sent = send $asker->{tcp}, "status\n", MSG_DONTWAIT | MSG_NOSIGNAL;
  if (defined $sent) { $asker->{state} = "asked" } else { lost($asker, "$!") }
}

sub read_tcp {
  my ($asker) = @_;
  my $got = sysread $asker->{tcp}, my $piece, 4096;
  if (!defined $got) { lost($asker, "$!") unless $!{EAGAIN} || $!{EINTR}; return }
  if ($got == 0) { lost($asker, "closed by the other side"); return }
  $asker->{line} .= $piece;
  while ($asker->{line} =~ s/^[^\n]*\n//) {
    my $took = (now() - $asker->{asked}) / 1000;
    if ($asker->{state} eq "dialling") { say_line(now(), "tcp", "\"is\":\"connected\"" . after($asker)) }
    elsif ($asker->{state} eq "asked") { say_line($asker->{asked}, "req", sprintf("\"ms\":%.3f", $took) . after($asker)) }
    $asker->{state} = "ready";
  }
}

sub meet_neighbour {
  my ($name, $its_port) = @_;
  my $to = inet_aton($name);
  return add_asker(pack_sockaddr_in($its_port, $to), "\"of\":\"neighbour\"") if defined $to;
  say_line(now(), "tcp", "\"is\":\"lost\",\"why\":" . text("$name: no such address") . ",\"of\":\"neighbour\"");
}

# Each line that comes in is answered at once: so the other side learns how this clock stands to its own.
my $heard = "";
sub read_input {
  my $got = sysread STDIN, my $piece, 4096;
  return !defined $got && ($!{EAGAIN} || $!{EINTR}) ? 1 : 0 unless $got;
  $heard .= $piece;
  while ($heard =~ s/^([^\n]*)\n//) {
    my $said = $1;
    if ($said =~ /^neighbour (\S+) (\d+)$/) { meet_neighbour($1, $2); next }
    say_line(now(), "pong", "\"w\":" . text($said));
    $flush_at = 0;
  }
  return 1;
}

my $began = now();
my $end = $began + $limit * 1_000_000;
my ($interval, $ping_interval) = ($interval_ms * 1000, $ping_ms * 1000);
my ($next, $next_ping) = ($began, $began);
say_line($began, "start", "\"interval\":$interval_ms,\"rate\":$rate");

for (;;) {
  my $time = now();
  last if $time >= $end;
  if ($time >= $next) {
    send_probe();
    # What was missed is not made up for: a burst would measure itself.
    $next += $interval * (1 + int(($time - $next) / $interval));
  }
  if (defined $ping && $time >= $next_ping) {
    send_ping();
    $next_ping += $ping_interval * (1 + int(($time - $next_ping) / $ping_interval));
  }
  for my $asker ($rate > 0 ? @askers : ()) {
    dial($asker) if $asker->{state} eq "none" && $time >= $asker->{dial_at};
    ask($asker) if $asker->{state} eq "ready" && $time >= $asker->{ask_at};
  }
  if ($time >= $flush_at) { flush_lines(); $flush_at = $time + $flush_every }

  my ($until) = sort { $a <=> $b } $next, $flush_at, defined $ping ? $next_ping : (),
    map { $_->{ask_at} } grep { $_->{state} eq "ready" } @askers;
  my $pause = ($until - now()) / 1_000_000;
  my $watched = "";
  vec($watched, fileno $_, 1) = 1 for \*STDIN, $udp, grep { defined } $ping, map { $_->{tcp} } @askers;
  select $watched, undef, undef, $pause > 0 ? $pause : 0;
  read_answers();
  read_echoes() if defined $ping;
  for my $asker (@askers) { read_tcp($asker) if defined $asker->{tcp} }
  last unless read_input();
}
for my $asker (@askers) { say_line($asker->{asked}, "open", $asker->{of}) if $asker->{state} eq "asked" }
say_line(now(), "end");
STDOUT->blocking(1);
flush_lines();
__END__
