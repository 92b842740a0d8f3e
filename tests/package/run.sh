#!/usr/bin/env bash
# Installs the Debian package in a root file system that has nothing but what debootstrap makes, and does there what
# docs/guide/installing.md says, word by word: its blocks marked `sh`, one after the other. The only thing that is there before is a small
# machine of libvirt's called mail. What comes back of its disk is compared with the disk.
# usage: npm run test:package     (root; 5 to 10 minutes, and the first time what debootstrap takes)
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
BASE="$PWD/var/root/base"
ROOT="$PWD/var/root/try"
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

command -v debootstrap >/dev/null || apt-get install -y -q debootstrap
if [ ! -e "$BASE.made" ]; then
  echo "==> A root file system of Debian 12"
  rm -rf "$BASE" && mkdir -p "$BASE"
  debootstrap --variant=minbase bookworm "$BASE" "$MIRROR" >var/root/debootstrap.log
  touch "$BASE.made"
fi
compgen -G 'var/package/onevault_*.deb' >/dev/null || scripts/package.sh
scripts/setup.sh node system
guest=$(node_modules/.bin/node --disable-warning=ExperimentalWarning tests/guest/build.ts var/guest | sed -n 's/.*"rootImage": "\(.*\)".*/\1/p')
echo "==> A fresh copy of it, with the package and a machine called mail"
rm -rf "$ROOT"
cp -a "$BASE" "$ROOT"
cp var/package/onevault_*.deb "$ROOT/root/"
cp /etc/resolv.conf "$ROOT/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d" # as everywhere without an init system
chmod 755 "$ROOT/usr/sbin/policy-rc.d"
mkdir -p "$ROOT/srv/mail"
cp "$guest" "$ROOT/srv/mail/disk.raw"
awk '/^```sh$/ { on = 1; next } /^```$/ { if (on) print "settle"; on = 0 } on' docs/guide/installing.md >"$ROOT/root/page.sh"
cp tests/package/inside.sh "$ROOT/root/"
echo "==> What docs/guide/installing.md says, in there"
# processes, mounts, names and sockets of its own; all of it ends with this
unshare --mount --pid --fork --ipc --uts --kill-child bash -euc '
  root=$1
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  # devices of its own: what packages do to their rights is not for this machine
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  for name in stdin:0 stdout:1 stderr:2; do ln -s "/proc/self/fd/${name#*:}" "$root/dev/${name%:*}"; done
  for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$device"
    mknod -m 666 "$root/dev/$name" c "$major" "$minor"
  done
  mknod -m 600 "$root/dev/fuse" c 10 229
  mount -t tmpfs tmpfs "$root/run"
  mount -t tmpfs tmpfs "$root/tmp"
  exec chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" bash /root/inside.sh
' bash "$ROOT"
rm -rf "$ROOT"
echo "The package was installed, configured by its page, and brought a disk back as it was."
