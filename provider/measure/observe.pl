# Looks at a guest's probe as its users do, from a third place, and writes what it sees as lines of JSON.
#
#   perl - ADDRESS PORT INTERVAL_MS REQUESTS_A_SECOND LIMIT_SECONDS < this file, and the pipe kept open
#
# Every INTERVAL_MS a numbered datagram goes out, on an absolute schedule; one TCP connection carries request after
# request. All times (t) are microseconds of this machine's monotonic clock. It ends when its standard input does, or after
# LIMIT_SECONDS. Nothing but perl-base is needed: Time::HiRes is not in it, hence the system call.
use strict;
use warnings;
use Config;
use Errno qw(EAGAIN EINPROGRESS EINTR);
use IO::Handle;
use Socket;

my ($address, $port, $interval_ms, $rate, $limit) = @ARGV;
die "expected: ADDRESS PORT INTERVAL_MS REQUESTS_A_SECOND LIMIT_SECONDS\n" unless defined $limit;

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
my $peer = pack_sockaddr_in($port, inet_aton($address) || die "$address: no such address\n");

my ($out, $flush_at) = ("", 0);
sub say_line { $out .= "{\"t\":$_[0],\"k\":\"$_[1]\"" . (defined $_[2] ? ",$_[2]" : "") . "}\n" }
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
  # Not connected: an ICMP error of one datagram must not be taken for the failure of the next.
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
    if (!defined $n || !defined $uptime || !defined $counter) { say_line($time, "odd"); next }
    # The boot is told when it is another one than before.
    my $of_boot = defined $id && $id ne $boot ? ",\"boot\":" . text($boot = $id) : "";
    say_line($time, "got", "\"n\":$n,\"uptime\":$uptime,\"counter\":$counter$of_boot");
  }
}

my ($tcp, $state, $line, $asked, $ask_at, $dial_at) = (undef, "none", "", 0, 0, 0);

sub dial {
  ($line, $state) = ("", "dialling");
  $dial_at = now() + $reconnect_after;
  socket $tcp, PF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
  $tcp->blocking(0);
  setsockopt $tcp, Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1;
  connect($tcp, $peer) or $!{EINPROGRESS} or lost("$!");
}

sub lost {
  my ($why) = @_;
  my $time = now();
  say_line($asked, "open") if $state eq "asked";
  say_line($time, "tcp", "\"is\":\"lost\",\"why\":" . text($why));
  close $tcp;
  ($tcp, $state, $dial_at) = (undef, "none", $time + $reconnect_after);
}

sub ask {
  $asked = now();
  # One after the other, and never more a second than asked for.
  $ask_at = $asked + 1_000_000 / $rate;
  my $sent = send $tcp, "status\n", MSG_DONTWAIT | MSG_NOSIGNAL;
  if (defined $sent) { $state = "asked" } else { lost("$!") }
}

sub read_tcp {
  my $got = sysread $tcp, my $piece, 4096;
  if (!defined $got) { lost("$!") unless $!{EAGAIN} || $!{EINTR}; return }
  if ($got == 0) { lost("closed by the guest"); return }
  $line .= $piece;
  while ($line =~ s/^[^\n]*\n//) {
    my $time = now();
    if ($state eq "dialling") { say_line($time, "tcp", "\"is\":\"connected\"") }
    elsif ($state eq "asked") { say_line($asked, "req", sprintf "\"ms\":%.3f", ($time - $asked) / 1000) }
    $state = "ready";
  }
}

# Each line that comes in is answered at once: so the other side learns how this clock stands to its own.
my $heard = "";
sub read_input {
  my $got = sysread STDIN, my $piece, 4096;
  return !defined $got && ($!{EAGAIN} || $!{EINTR}) ? 1 : 0 unless $got;
  $heard .= $piece;
  while ($heard =~ s/^([^\n]*)\n//) {
    say_line(now(), "pong", "\"w\":" . text($1));
    $flush_at = 0;
  }
  return 1;
}

my $began = now();
my $end = $began + $limit * 1_000_000;
my $interval = $interval_ms * 1000;
my $next = $began;
say_line($began, "start", "\"interval\":$interval_ms,\"rate\":$rate");

for (;;) {
  my $time = now();
  last if $time >= $end;
  if ($time >= $next) {
    send_probe();
    # What was missed is not made up for: a burst would measure itself.
    $next += $interval * (1 + int(($time - $next) / $interval));
  }
  dial() if $state eq "none" && $rate > 0 && $time >= $dial_at;
  ask() if $state eq "ready" && $time >= $ask_at;
  if ($time >= $flush_at) { flush_lines(); $flush_at = $time + $flush_every }

  my $until = $next;
  $until = $ask_at if $state eq "ready" && $ask_at < $until;
  $until = $flush_at if $flush_at < $until;
  my $pause = ($until - now()) / 1_000_000;
  my $watched = "";
  vec($watched, fileno STDIN, 1) = vec($watched, fileno $udp, 1) = 1;
  vec($watched, fileno $tcp, 1) = 1 if defined $tcp;
  select $watched, undef, undef, $pause > 0 ? $pause : 0;
  read_answers();
  read_tcp() if defined $tcp;
  last unless read_input();
}
say_line($asked, "open") if $state eq "asked";
say_line(now(), "end");
STDOUT->blocking(1);
flush_lines();
__END__
