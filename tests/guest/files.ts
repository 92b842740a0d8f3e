// The small text files that make Debian's kernel and busybox into the test guest. The guest runs one command per line
// of its serial console, powers off on the ACPI button, and runs QEMU's guest agent.

/** Loaded by the initramfs, in this order; ext4 is part of the kernel. */
export const EARLY_MODULES = [
  'drivers/virtio/virtio_ring',
  'drivers/virtio/virtio',
  'drivers/virtio/virtio_pci_modern_dev',
  'drivers/virtio/virtio_pci_legacy_dev',
  'drivers/virtio/virtio_pci',
  'drivers/block/virtio_blk',
];

/** Loaded before the guest says that it is ready: the power button and the guest agent's channel. */
export const BOOT_MODULES = ['drivers/input/evdev', 'drivers/acpi/button', 'drivers/char/virtio_console'];

/** Loaded in the background: CD drives, SCSI disks, balloon. */
export const LATE_MODULES = [
  'drivers/virtio/virtio_balloon',
  'drivers/scsi/scsi_common',
  'drivers/scsi/scsi_mod',
  'drivers/ata/libata',
  'drivers/ata/ata_piix',
  'drivers/cdrom/cdrom',
  'drivers/scsi/sr_mod',
  'drivers/scsi/sd_mod',
  'drivers/scsi/virtio_scsi',
  'fs/isofs/isofs',
];

function insmod(directory: string, modules: string[]): string {
  return modules.map((module) => `insmod ${directory}/${module.split('/').at(-1)}.ko 2>/dev/null`).join('\n');
}

/** /init of the initramfs: finds the root disk and goes there. */
export const INITRAMFS_INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
${insmod('/modules', EARLY_MODULES)}
root=/dev/vda
for word in $(cat /proc/cmdline); do
  case $word in root=*) root=\${word#root=} ;; esac
done
tries=0
until [ -b "$root" ] || [ $tries -ge 100 ]; do usleep 50000; tries=$((tries + 1)); done
if ! mount -t ext4 -o ro,noatime "$root" /root; then
  echo "GUEST FAILED: no root file system on $root"
  poweroff -f
fi
umount /proc
mount --move /dev /root/dev
exec switch_root /root /sbin/init
`;

// init makes the terminal of whatever it starts echo again, so what comes and goes must not have the console's.
export const INITTAB = `::sysinit:/etc/rc
ttyS0::respawn:/sbin/console-loop
null::respawn:/sbin/guest-agent
::ctrlaltdel:/sbin/reboot -f
`;

export const RC = `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
dmesg -n 1
mount -o remount,rw,noatime /
hostname guest
${insmod('/lib/modules', BOOT_MODULES)}
data=$(findfs LABEL=data 2>/dev/null) || data=/dev/vdb
[ -b "$data" ] && mount -t ext4 -o noatime "$data" /data
acpid -l /dev/null
(
${insmod('/lib/modules', LATE_MODULES)}
) &
`;

/** What acpid runs for the power button. */
export const POWER_BUTTON = `#!/bin/sh
sync
umount /data 2>/dev/null
mount -o remount,ro / 2>/dev/null
poweroff -f
`;

/** Runs \`#<tag> <shell command>\` and answers with its output and \`#<tag> done <exit code>\`. */
export const CONSOLE_LOOP = `#!/bin/sh
stty raw -echo
cr=$(printf '\\r')
cd /root
export HOME=/root PATH=/bin:/sbin:/usr/bin:/usr/sbin
printf '\\nGUEST READY\\n'
while IFS= read -r line; do
  line=\${line%"$cr"}
  case $line in '#'?*' '?*) ;; *) continue ;; esac
  tag=\${line%% *}
  sh -c "\${line#* }" </dev/null 2>&1
  printf '\\n%s done %s\\n' "$tag" "$?"
done
`;

/** Starts QEMU's guest agent when the machine has a channel for it; what it keeps lies in memory, as it freezes the disks. */
export const GUEST_AGENT = `#!/bin/sh
for name in /sys/class/virtio-ports/*/name; do
  [ "$(cat "$name" 2>/dev/null)" = org.qemu.guest_agent.0 ] || continue
  exec qemu-ga --method virtio-serial --path "/dev/$(basename "$(dirname "$name")")" --statedir /run
done
exec sleep 60
`;

/** `scribble <file or device> <bytes> <block>...` fills these blocks of that size with random bytes. */
export const SCRIBBLE = `#!/bin/sh
file=$1 size=$2
shift 2
for block; do
  dd if=/dev/urandom of="$file" bs="$size" seek="$block" count=1 conv=notrunc 2>/dev/null || exit 1
done
sync
`;
