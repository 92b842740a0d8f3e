// The small text files that make Debian's kernel and busybox into the test guest. The guest runs one command per line
// of its serial console, powers off on the ACPI button, and answers a guest agent's freeze and thaw.

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

/** As much of a guest agent as libvirt needs for domfsfreeze and domfsthaw; the data disk really freezes. */
export const GUEST_AGENT = `#!/bin/sh
port=
for name in /sys/class/virtio-ports/*/name; do
  [ "$(cat "$name" 2>/dev/null)" = org.qemu.guest_agent.0 ] && port=/dev/$(basename "$(dirname "$name")")
done
if [ -z "$port" ]; then sleep 1; exit 0; fi
frozen=0
answer() { printf '%s\\n' "$1" >&3; }
exec 3<>"$port" || { sleep 1; exit 0; }
# A read ends early while no host is connected; the port stays open, because closing it tells the host to go away.
while :; do
  IFS= read -r line <&3 || { usleep 100000; continue; }
  case $line in
    *'"guest-sync-delimited"'*) printf '\\377' >&3; answer "{\\"return\\": $(echo "$line" | sed 's/.*"id" *: *\\([0-9]*\\).*/\\1/')}" ;;
    *'"guest-sync"'*) answer "{\\"return\\": $(echo "$line" | sed 's/.*"id" *: *\\([0-9]*\\).*/\\1/')}" ;;
    *'"guest-ping"'*) answer '{"return": {}}' ;;
    *'"guest-fsfreeze-status"'*) [ $frozen = 1 ] && answer '{"return": "frozen"}' || answer '{"return": "thawed"}' ;;
    *'"guest-fsfreeze-freeze'*) sync; fsfreeze --freeze /data 2>/dev/null && frozen=1; answer "{\\"return\\": $frozen}" ;;
    *'"guest-fsfreeze-thaw"'*) fsfreeze --unfreeze /data 2>/dev/null; answer "{\\"return\\": $frozen}"; frozen=0 ;;
    *'"execute"'*) answer '{"error": {"class": "CommandNotFound", "desc": "not in this guest"}}' ;;
  esac
done
`;
