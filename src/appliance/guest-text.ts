// The two programs that the appliance consists of beside Debian's kernel, busybox, perl and lvm. The first starts it, the second answers
// requests. They read what a hostile guest may have written: whatever happens to them stays in the machine they run in.

/** Kernel modules, without the ones that these need. One that the kernel has built in has no file and is left out. */
export const MODULES = [
  'virtio_pci',
  'virtio_blk',
  'virtio_console',
  'ext4',
  'xfs',
  'vfat',
  'nls_cp437',
  'nls_utf8',
  'nls_ascii',
  'nls_iso8859-1',
  'dm-mod',
  'dm-snapshot',
  'dm-mirror',
  'dm-raid',
  'dm-thin-pool',
];

// Nothing tells lvm here which devices there are, and every volume is read-only, as the disks are.
export const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin LVM_SUPPRESS_FD_WARNINGS=1
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mkdir -p /run/lock/lvm /run/lvm
for module in $(cat /modules/order); do insmod "/modules/$module"; done
groups=$(timeout 60 lvm vgs --noheadings -o vg_name 2>/dev/null)
if [ -n "$groups" ]; then
  list=
  for group in $groups; do list="$list\\"$group\\","; done
  timeout 60 lvm vgchange -ay --sysinit --config "activation { read_only_volume_list=[ \${list%,} ] }"
  timeout 60 lvm lvs --noheadings --separator : -o vg_name,lv_name,lv_dm_path,devices >/run/volumes
fi
exec perl /files.pl
`;

export const LVM_CONF = `devices {
  dir = "/dev"
  scan = [ "/dev" ]
  obtain_device_list_from_udev = 0
  use_devicesfile = 0
}
activation {
  udev_sync = 0
  udev_rules = 0
  verify_udev_operations = 0
  monitoring = 0
}
backup {
  backup = 0
  archive = 0
}
`;

// A request is one line. An answer is frames: a letter, the length of what follows as 32 bits, and that; the last one is "." or "X".
// Each request is answered by a child whose root is the volume, so that a link in it leads where it leads in the guest.
export const SERVER = String.raw`
$SIG{PIPE} = 'IGNORE';
$| = 1;
my ($port) = grep { /^vport/ } names('/dev');
sysopen(PORT, "/dev/$port", 2) or die "no port";
my %mounted;
my $input = '';
while (1) {
  my ($verb, $volume, $path, $from, $length) = split / /, line();
  $path = pack('H*', defined $path ? $path : '');
  my $child = fork;
  if (!defined $child) { put('X', 'no memory'); next; }
  if ($child == 0) {
    if ($verb eq 'volumes') { for my $one (volumes()) { put('V', join("\0", @$one[0, 1, 2])); } }
    else { answer($verb, $volume, $path, $from, $length); }
    exit 0;
  }
  waitpid $child, 0;
  my $status = $?;
  next if $status == 256;
  if ($status) { put('X', "the program that reads it ended with status $status"); }
  else { put('.', ''); }
}

sub line {
  while (1) {
    my $at = index($input, "\n");
    if ($at >= 0) { my $line = substr($input, 0, $at + 1, ''); chomp $line; return $line; }
    my $got = sysread(PORT, my $more, 65536);
    if ($got) { $input .= $more; } else { select(undef, undef, undef, 0.02); }
  }
}

sub put {
  my ($kind, $text) = @_;
  my $frame = $kind . pack('N', length $text) . $text;
  my $done = 0;
  while ($done < length $frame) {
    my $put = syswrite(PORT, $frame, length($frame) - $done, $done);
    if (defined $put) { $done += $put; } else { select(undef, undef, undef, 0.02); }
  }
}

sub fail { put('X', $_[0]); exit 1; }

sub names {
  opendir(my $directory, $_[0]) or return ();
  my @names = sort readdir $directory;
  closedir $directory;
  return @names;
}

sub text {
  open(my $file, '<', $_[0]) or return '';
  my $text = <$file>;
  close $file;
  $text = '' unless defined $text;
  chomp $text;
  return $text;
}

sub volumes {
  my (@volumes, %disk_of);
  for my $disk (grep { /^vd/ } names('/sys/block')) {
    my $serial = text("/sys/block/$disk/serial");
    my @parts = grep { -e "/sys/block/$disk/$_/partition" } names("/sys/block/$disk");
    $disk_of{$disk} = $serial;
    push @volumes, ["$serial/whole", kind("/dev/$disk"), 512 * text("/sys/block/$disk/size"), "/dev/$disk"] unless @parts;
    for my $part (sort { text("/sys/block/$disk/$a/partition") <=> text("/sys/block/$disk/$b/partition") } @parts) {
      $disk_of{$part} = $serial;
      my $name = "$serial/part-" . text("/sys/block/$disk/$part/partition");
      push @volumes, [$name, kind("/dev/$part"), 512 * text("/sys/block/$disk/$part/size"), "/dev/$part"];
    }
  }
  my %seen;
  open(my $logical, '<', '/run/volumes') or return @volumes;
  while (my $line = <$logical>) {
    chomp $line;
    $line =~ s/^\s+//;
    my ($group, $name, $device, $on) = split /:/, $line;
    next unless defined $on && $on =~ m{^/dev/(vd\w+)} && $disk_of{$1} && -b $device && !$seen{$device}++;
    my $disk = $disk_of{$1};
    push @volumes, ["$disk/lv-$group-$name", kind($device), bytes($device), $device];
  }
  return @volumes;
}

sub bytes {
  sysopen(my $device, $_[0], 0) or return 0;
  return sysseek($device, 0, 2) + 0;
}

sub kind {
  sysopen(my $device, $_[0], 0) or return '';
  my $head = '';
  while (length $head < 69632) {
    my $got = sysread($device, $head, 69632 - length $head, length $head);
    last unless $got;
  }
  $head .= "\0" x (69632 - length $head);
  return 'xfs' if substr($head, 0, 4) eq 'XFSB';
  if (unpack('v', substr($head, 1080, 2)) == 0xef53) {
    return 'ext4' if unpack('V', substr($head, 1120, 4)) & 0x40;
    return unpack('V', substr($head, 1116, 4)) & 4 ? 'ext3' : 'ext2';
  }
  return 'lvm' if substr($head, 512, 8) eq 'LABELONE';
  return 'luks' if substr($head, 0, 4) eq 'LUKS';
  return 'btrfs' if substr($head, 65600, 8) eq '_BHRfS_M';
  return 'swap' if substr($head, 4086, 10) eq 'SWAPSPACE2';
  return 'ntfs' if substr($head, 3, 4) eq 'NTFS';
  return 'vfat' if substr($head, 510, 2) eq "\x55\xaa" && (substr($head, 54, 3) eq 'FAT' || substr($head, 82, 3) eq 'FAT');
  return '';
}

sub enter {
  my ($volume) = grep { $_->[0] eq $_[0] } volumes();
  fail("there is no such volume") unless $volume;
  my %options = (xfs => 'norecovery,nouuid', vfat => 'utf8', ext2 => 'noload', ext3 => 'noload', ext4 => 'noload');
  my $options = $options{$volume->[1]};
  fail("its file system (" . ($volume->[1] || 'unknown') . ") is none of ext2, ext3, ext4, xfs and vfat") unless $options;
  my $type = $volume->[1] =~ /^ext/ ? 'ext4' : $volume->[1];
  my $at = "/volumes/$volume->[3]";
  unless (-d "$at/.") { system('mkdir', '-p', $at); }
  if (text_of_mounts() !~ m{ \Q$at\E }) {
    system('mount', '-t', $type, '-o', "ro,nodev,nosuid,noexec,noatime,$options", $volume->[3], $at) == 0
      or fail("the file system ($volume->[1]) is damaged and could not be mounted");
  }
  chroot $at and chdir '/' or fail("$!");
}

sub text_of_mounts {
  open(my $mounts, '<', '/proc/mounts') or return '';
  return join('', <$mounts>);
}

sub entry {
  my ($path, $name, @stat) = @_;
  my ($mode, $size, $changed) = @stat[2, 7, 9];
  my $target = ($mode & 0170000) == 0120000 ? readlink $path : '';
  $target = '' unless defined $target;
  put('E', pack('NQ>q>n', $mode, $size, $changed, length $name) . $name . $target);
}

sub answer {
  my ($verb, $volume, $path, $from, $length) = @_;
  enter($volume);
  my @stat = stat $path or fail("$!");
  my ($name) = $path =~ m{([^/]*)/*$}s;
  if ($verb eq 'stat') { return entry($path, $name, @stat); }
  if ($verb eq 'list') {
    return entry($path, $name, @stat) unless -d _;
    opendir(my $directory, $path) or fail("$!");
    while (defined(my $one = readdir $directory)) {
      next if $one eq '.' || $one eq '..';
      my @of = lstat "$path/$one";
      entry("$path/$one", $one, @of ? @of : (0) x 13);
    }
    return;
  }
  -f _ or fail("it is no file");
  sysopen(my $file, $path, 04000) or fail("$!");
  defined sysseek($file, $from, 0) or fail("$!");
  while ($length > 0) {
    my $got = sysread($file, my $bytes, $length < 65536 ? $length : 65536);
    fail("$!") unless defined $got;
    last if $got == 0;
    put('D', $bytes);
    $length -= $got;
  }
}
`;
