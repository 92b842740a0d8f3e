# Answers requests for files of the disks, one line each: "volumes", or "list|stat|read <device> <file system> <path in hex>". An answer
# is frames: a letter, the length of what follows as 32 bits, and that; the last one is "." or "X". A child answers, whose root is the file
# system, so that a link in it leads where it leads in the guest. What is read is hostile: whatever happens stays in this machine.
$SIG{PIPE} = 'IGNORE';
my ($port) = grep { /^vport/ } names('/dev');
sysopen(PORT, "/dev/$port", 2) or die "no port";
my %options = (
  ext4 => ['errors=continue,', 'errors=continue,noload,'],
  xfs => ['nouuid,', 'nouuid,norecovery,'],
  vfat => ['utf8,', ''],
);
my ($input, %mounted) = ('');
while (1) {
  my ($verb, $device, $fs, $path) = split / /, line();
  my $mounted = $verb eq 'volumes' || mounted($device, $fs);
  my $child = fork;
  if (!defined $child) { put('X', 'it has no memory left'); next; }
  if ($child == 0) {
    if ($verb eq 'volumes') { volumes(); }
    elsif (!$mounted) { put('X', "its file system ($fs) is damaged and could not be mounted"); exit 1; }
    else { answer($verb, "/run/$device", pack('H*', $path // '')); }
    exit 0;
  }
  waitpid $child, 0;
  if ($? == 0) { put('.', ''); }
  elsif ($? != 256) { put('X', "the program that read it was ended by signal " . ($? & 127)); }
}

sub line {
  while (1) {
    my $at = index($input, "\n");
    if ($at >= 0) { my $line = substr($input, 0, $at + 1, ''); chomp $line; return $line; }
    my $got = sysread(PORT, my $more, 65536);
    if ($got) { $input .= $more; } else { select(undef, undef, undef, 0.01); }
  }
}

sub put {
  my ($kind, $text) = @_;
  my $frame = $kind . pack('N', length $text) . $text;
  my $done = 0;
  while ($done < length $frame) {
    my $put = syswrite(PORT, $frame, length($frame) - $done, $done);
    if (defined $put) { $done += $put; } else { select(undef, undef, undef, 0.01); }
  }
}

sub fail { put('X', $_[0]); exit 1; }

sub names {
  opendir(my $directory, $_[0]) or return ();
  return sort readdir $directory;
}

sub text {
  open(my $file, '<', $_[0]) or return '';
  my $text = <$file> // '';
  chomp $text;
  return $text;
}

sub volumes {
  for my $disk (grep { /^vd/ } names('/sys/block')) {
    my $at = "/sys/block/$disk";
    my $serial = text("$at/serial");
    my @parts = grep { -e "$at/$_/partition" } names($at);
    volume($serial, 'whole', $disk, $at) unless @parts;
    for my $part (sort { text("$at/$a/partition") <=> text("$at/$b/partition") } @parts) {
      volume($serial, 'p' . text("$at/$part/partition"), $part, "$at/$part");
    }
  }
  for my $device (grep { /^dm-/ } names('/sys/block')) {
    my $at = "/sys/block/$device";
    # what lvm hides has something behind the two ids
    volume('lvm', text("$at/dm/name"), $device, $at) if text("$at/dm/uuid") =~ /^LVM-\w{64}$/;
  }
}

sub volume {
  my ($disk, $name, $device, $at) = @_;
  put('V', join("\0", $disk, $name, $device, 512 * text("$at/size"), contents("/dev/$device")));
}

# What a device holds, and its label.
sub contents {
  sysopen(my $device, $_[0], 0) or return ('', '');
  my $head = '';
  while (length $head < 69632) { sysread($device, $head, 69632 - length $head, length $head) or last; }
  $head .= "\0" x (69632 - length $head);
  my $label = sub { my $text = substr($head, $_[0], $_[1]); $text =~ s/[\0 ]*$//; return $text; };
  return ('xfs', $label->(108, 12)) if substr($head, 0, 4) eq 'XFSB';
  return ('ext4', $label->(1144, 16)) if unpack('v', substr($head, 1080, 2)) == 0xef53; # ext2 and ext3 too
  return ('lvm', '') if substr($head, 512, 8) eq 'LABELONE';
  return ('luks', '') if substr($head, 0, 4) eq 'LUKS';
  return ('btrfs', $label->(65835, 256)) if substr($head, 65600, 8) eq '_BHRfS_M';
  return ('swap', '') if substr($head, 4086, 10) eq 'SWAPSPACE2';
  return ('ntfs', '') if substr($head, 3, 4) eq 'NTFS';
  if (substr($head, 510, 2) eq "\x55\xaa") {
    return ('vfat', $label->(71, 11)) if substr($head, 82, 3) eq 'FAT';
    return ('vfat', $label->(43, 11)) if substr($head, 54, 3) eq 'FAT';
  }
  return ('', '');
}

# A journal is replayed: that is written to what the machine forgets. One that cannot be replayed is left out.
sub mounted {
  my ($device, $fs) = @_;
  return 1 if $mounted{$device};
  mkdir "/run/$device";
  for my $way (@{$options{$fs} // []}) {
    next if system('mount', '-t', $fs, '-o', "${way}ro,nodev,nosuid,noexec,noatime", "/dev/$device", "/run/$device");
    return $mounted{$device} = 1;
  }
  return 0;
}

sub entry {
  my ($path, $name, @stat) = @_;
  my ($mode, $size, $changed) = @stat[2, 7, 9];
  my $target = ($mode & 0170000) == 0120000 ? readlink($path) // '' : '';
  put('E', pack('NQ>q>n', $mode, $size, $changed, length $name) . $name . $target);
}

sub answer {
  my ($verb, $root, $path) = @_;
  chroot $root and chdir '/' or fail("$!");
  my @stat = stat $path or fail("$!");
  my ($name) = $path =~ m{([^/]*)/*$}s;
  if ($verb eq 'list' && -d _) {
    opendir(my $directory, $path) or fail("$!");
    $! = 0;
    while (defined(my $one = readdir $directory)) {
      next if $one eq '.' || $one eq '..';
      my @of = lstat "$path/$one";
      entry("$path/$one", $one, @of ? @of : (0) x 13);
      $! = 0;
    }
    fail("$!") if $! != 0;
    return;
  }
  return entry($path, $name, @stat) if $verb ne 'read';
  -f _ or fail("it is no file");
  sysopen(my $file, $path, 04000) or fail("$!");
  entry($path, $name, @stat);
  while (1) {
    my $got = sysread($file, my $bytes, 65536) // fail("$!");
    return if $got == 0;
    put('D', $bytes);
  }
}
