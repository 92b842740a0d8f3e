# Runs in the root file system of run.sh. The machine is defined as soon as libvirt answers; else nothing is done but what the page says.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
cd /root

define_mail() {
  virsh -q define /dev/stdin <<'XML'
<domain type="qemu">
  <name>mail</name>
  <memory unit="MiB">64</memory>
  <vcpu>1</vcpu>
  <os><type arch="x86_64" machine="pc">hvm</type></os>
  <devices>
    <disk type="file" device="disk"><driver name="qemu" type="raw"/><source file="/srv/mail/disk.raw"/><target dev="vda" bus="virtio"/></disk>
    <serial type="pty"/>
  </devices>
</domain>
XML
}

# What somebody who follows the page waits for before going on, and sees in lists and logs.
settle() {
  local tries=0
  while ! settled; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || { echo 'It does not come to rest:'; onevault status || true; tail -n 20 /var/log/onevault.log; exit 1; }
    sleep 1
  done
}
settled() {
  [ -e /run/libvirt/libvirt-sock ] || ! pidof libvirtd >/dev/null || return 1
  if [ -e /run/libvirt/libvirt-sock ] && ! virsh dominfo mail >/dev/null 2>&1; then define_mail || return 1; fi
  [ -e /var/log/onevault.log ] || return 0
  grep -q 'OneVault answers' /var/log/onevault.log || return 1
  [ -e /var/lib/onevault/.one/one_auth ] || return 0
  ! onehost list --no-header -l STAT | grep -qv on || return 1
  ! oneimage list --no-header -l STAT | grep -q lock
}

# The daemon has the rights that its unit gives it, as far as that goes without systemd.
rights() { sed -n 's/^CapabilityBoundingSet=//p' /lib/systemd/system/onevault.service | tr ' A-Z' '\na-z' | sed 's/^cap_/+/' | paste -s -d ,; }
onevault() {
  case $1 in
    serve) setpriv --no-new-privs --inh-caps=-all "--bounding-set=-all,$(rights)" -- /usr/bin/onevault "$@" ;;
    *) /usr/bin/onevault "$@" ;;
  esac
}

set -x
. /root/page.sh
set +x
disk=$(oneimage show -x 1 | sed -n 's:.*<SOURCE><!\[CDATA\[\(.*\)\]\]></SOURCE>.*:\1:p')
case $disk in /*) ;; *) disk=$(find /var/lib/onevault/datastores/1 -type f -size +1M | head -n 1) ;; esac
qemu-img compare -f raw -F "$(qemu-img info --output=json "$disk" | sed -n 's/.*"format": "\(.*\)".*/\1/p' | tail -n 1)" /srv/mail/disk.raw "$disk"
man -w onevm onevault.conf 2>/dev/null || ls /usr/share/man/man1/onevm.1.gz /usr/share/man/man5/onevault.conf.5.gz
