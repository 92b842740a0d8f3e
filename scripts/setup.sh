#!/usr/bin/env bash
# Makes this machine able to run OneVault: Debian packages, npm packages, a libvirt daemon that answers, and a clone that
# QEMU can reach; the small machine that reads files out of backups. Does only what is missing, says what and why, asks nothing; running it
# again changes nothing.
# usage: scripts/setup.sh [part...]      (without arguments: system, node, appliance and console; the parts are listed at the end)
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export HOME="${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}"

LOG="$PWD/var/setup.log"
GUEST_USER=libvirt-qemu # the user that Debian's libvirt runs virtual machines as

# package | program that shows it is there | why OneVault needs it
SYSTEM_PACKAGES='
libvirt-daemon        | libvirtd           | runs the virtual machines
libvirt-daemon-system | virtlogd           | configuration and users of libvirt
libvirt-clients       | virsh              | how OneVault talks to libvirt
qemu-system-x86       | qemu-system-x86_64 | the virtual machines themselves
qemu-utils            | qemu-nbd           | creates disks and reads those of powered off machines
restic                | restic             | keeps the backups
fuse3                 | fusermount3        | shows the disks to the backup program as files
busybox-static        | busybox            | userland of the small guest that is backed up
acl                   | setfacl            | lets QEMU reach disks under closed directories
e2fsprogs             | mkfs.ext4          | file systems of volatile disks and of the small guest
util-linux            | setpriv            | ends helper programs together with OneVault, and takes their rights away
openssl               | openssl            | makes the certificate of a daemon that has none of its own
'
NODE_PACKAGES='
nodejs                | node               | starts npm, which brings the Node.js that OneVault runs on
npm                   | npm                | brings the libraries
'
# What only datastores with DS_MAD=rsync need, and the other end of their tests.
RSYNC_PACKAGES='
rsync                 | rsync              | keeps backups as plain files
openssh-client        | ssh                | reaches the machine that has them
sshfs                 | sshfs              | shows those backups as files here
openssh-server        | sshd               | a server that the tests start for themselves
'
# What tests, measurements and pictures of the console need.
BROWSER_PACKAGES='
chromium              | chromium           | the browser that the console is tried in
'
# What only tests need: the other ends of datastores, and the other database.
SERVERS_PACKAGES='
postgresql            | pg_ctlcluster      | PostgreSQL servers that the tests start for themselves
rclone                | rclone             | a REST server for repositories that the tests start for themselves
slapd                 | slapd              | LDAP servers that the tests start for themselves
'
BENCH_PACKAGES='
libnbd-bin            | nbdcopy            | reads disks over NBD, to compare with
virtnbdbackup         | virtnbdbackup      | another backup program, to compare with
'

say() { printf '%s\n' "$*"; }
fail() { say "setup: $*" >&2; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }

# quietly <what> <command...>: one line on the terminal, everything else in the log, whose end is shown on failure.
quietly() {
  local what=$1 from=$SECONDS
  shift
  printf '  %s ... ' "$what"
  if "$@" >>"$LOG" 2>&1 9>&-; then
    say "$((SECONDS - from)) s"
    return
  fi
  say 'failed'
  say "The last lines of $LOG:" >&2
  grep -v nodedir "$LOG" | tail -n 20 | sed 's/^/    /' >&2
  return 1
}

# rows <table>: its lines as package|program|why.
rows() { sed -e '/^$/d' -e 's/ *| */|/g' <<<"$1"; }

has() { # has <package> <program>
  if command -v dpkg-query >/dev/null && [ "$1" != nodejs ] && [ "$1" != npm ]; then
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
  else
    command -v "$2" >/dev/null
  fi
}

refresh_lists() {
  is_root && command -v apt-get >/dev/null || return 0
  [ "${1:-}" = again ] || ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || return 0
  quietly 'apt-get update' apt-get -q update
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@" </dev/null
}

install_packages() { # install_packages <table>
  local package program why missing=() lines=''
  while IFS='|' read -r package program why; do
    has "$package" "$program" && continue
    missing+=("$package")
    lines+="$(printf '  %-22s %s' "$package" "$why")"$'\n'
  done < <(rows "$1")
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    fail "these are missing and this system has no apt-get; install what your system calls them, then try again:
$lines"
  fi
  is_root || fail "these Debian packages are missing and only root can install them. Run this as root, or first
  apt-get install --no-install-recommends ${missing[*]}
$lines"
  say 'Installing Debian packages:'
  printf '%s' "$lines"
  refresh_lists || say "  going on with the package lists that are here"
  quietly 'apt-get install' apt_install "${missing[@]}" && return
  say 'The package lists may be old; trying once more with new ones.'
  refresh_lists again
  quietly 'apt-get install' apt_install "${missing[@]}" || fail 'the packages could not be installed.'
}

# npm_is_new: whether the system's Node.js and npm can install everything that Node 24 needs.
npm_is_new() {
  local node npm
  node=$(node --version) npm=$(npm --version 2>/dev/null)
  node=${node#v}
  [ "${node%%.*}" -ge 20 ] && [ "${npm%%.*}" -ge 10 ]
}

install_libraries() {
  local stamp=node_modules/.package-lock.json
  [ -x node_modules/.bin/node ] && [ ! package-lock.json -nt "$stamp" ] && return
  install_packages "$NODE_PACKAGES"
  say 'Installing the libraries of package-lock.json:'
  local npm=(npm)
  if ! npm_is_new; then
    # An old npm leaves out native parts of libraries that it takes for too new for the old Node.js it runs on.
    local tools=var/npm
    quietly "a newer npm than this system's" npm install --prefix "$tools" --no-save --no-audit --no-fund --loglevel=error node@24 npm@11 ||
      fail 'a newer npm could not be installed.'
    # the machine's own settings, a proxy or a certificate say, hold for this npm too
    npm_config_globalconfig=$(npm config get globalconfig 2>/dev/null)
    export npm_config_globalconfig NODE_USE_SYSTEM_CA=1
    npm=("$tools/node_modules/.bin/node" "$tools/node_modules/npm/bin/npm-cli.js")
  fi
  quietly 'npm ci' "${npm[@]}" ci --no-audit --no-fund --loglevel=error || fail 'the libraries could not be installed.'
  touch "$stamp"
  node_modules/.bin/node --version >>"$LOG" || fail 'the Node.js that npm installed does not run on this machine.'
}

libvirt_answers() { timeout 10 virsh -c qemu:///system list >/dev/null 2>&1; }

runs() { # runs <daemon>: whether the process in its pid file lives
  [ -s "/run/$1.pid" ] && kill -0 "$(cat "/run/$1.pid")" 2>/dev/null
}

# libvirt keeps what it learns about QEMU only when QEMU's user may use /dev/kvm; otherwise it asks QEMU again, for seconds,
# at every call. udev sets these rights where it runs.
open_kvm() {
  [ -e /dev/kvm ] && getent group kvm >/dev/null || return 0
  setpriv --reuid="$GUEST_USER" --regid=kvm --init-groups test -w /dev/kvm 2>/dev/null && return
  say '  /dev/kvm is closed to QEMU: giving it to the group kvm, mode 0660.'
  chgrp kvm /dev/kvm && chmod 0660 /dev/kvm
}

start_libvirt() {
  if [ -d /run/systemd/system ]; then
    libvirt_answers && return
    quietly 'starting libvirt' systemctl start virtlogd.socket libvirtd || fail 'libvirtd could not be started.'
  else
    # Nobody else starts services here. virtlogd keeps the consoles' logs; no machine starts without it.
    runs virtlogd || quietly 'starting virtlogd' virtlogd -d || fail 'virtlogd could not be started.'
    libvirt_answers && return
    runs libvirtd || quietly 'starting libvirtd' libvirtd -d || fail 'libvirtd could not be started.'
  fi
  for _ in $(seq 60); do
    libvirt_answers && return
    sleep 0.5
  done
  fail "libvirtd runs but does not answer 'virsh -c qemu:///system list' after 30 s. Its own log may say why."
}

# QEMU opens disks as a user of its own, which cannot pass a directory such as /root: that one user may search it then.
let_qemu_pass() {
  local directory=/ part gid
  id -u "$GUEST_USER" >/dev/null 2>&1 || return 0
  gid=$(id -g "$GUEST_USER")
  while read -r part; do
    directory="${directory%/}/$part"
    setpriv --reuid="$GUEST_USER" --regid="$gid" --init-groups test -x "$directory" 2>/dev/null && continue
    say "  $directory is closed: letting the user $GUEST_USER search it (setfacl -m u:$GUEST_USER:x), or QEMU could not open disks here."
    setfacl -m "u:$GUEST_USER:x" "$directory" 2>>"$LOG" ||
      fail "$directory cannot be opened for QEMU: its file system keeps no ACLs. Clone to another place, such as /srv."
  done < <(tr '/' '\n' <<<"${PWD#/}")
}

prepare_system() {
  install_packages "$SYSTEM_PACKAGES"
  is_root || fail 'virtual machines, mounts and disks need root: run this as root.'
  refresh_lists || say "  going on with the package lists that are here"
  [ -e /dev/fuse ] || quietly 'loading the kernel module fuse' modprobe fuse ||
    fail 'there is no /dev/fuse: this kernel or container does not offer FUSE, through which backups read disks.'
  [ -w /dev/kvm ] || say '  no /dev/kvm: virtual machines are emulated here, which works and is slow.'
  open_kvm
  start_libvirt
  let_qemu_pass
}

# A machine that had no SSH server does not get one that listens: Debian starts and enables what it installs.
prepare_rsync() {
  local had=yes
  has openssh-server sshd || had=no
  install_packages "$RSYNC_PACKAGES"
  [ "$had" = no ] && [ -d /run/systemd/system ] || return 0
  quietly 'keeping the SSH server off' systemctl disable --now ssh.service ssh.socket ||
    say '  an SSH server listens on this machine now.'
}

# The tests start LDAP servers of their own; one that came with the package would listen on all addresses.
keep_ldap_off() {
  if [ -d /run/systemd/system ]; then
    quietly 'keeping the LDAP server off' systemctl disable --now slapd.service ||
      say '  an LDAP server runs on this machine now.'
  else
    service slapd stop >>"$LOG" 2>&1 || true # nothing started it
  fi
}

# A machine that had no database server does not get one that runs: Debian starts and enables what it installs.
prepare_servers() {
  local had=yes had_ldap=yes
  has postgresql pg_ctlcluster || had=no
  has slapd slapd || had_ldap=no
  install_packages "$SERVERS_PACKAGES"
  [ "$had_ldap" = yes ] || keep_ldap_off
  [ "$had" = no ] || return 0
  if [ -d /run/systemd/system ]; then
    quietly 'keeping the PostgreSQL server off' systemctl disable --now postgresql.service ||
      say '  a PostgreSQL server runs on this machine now.'
  elif compgen -G '/etc/postgresql/*/main' >/dev/null; then
    service postgresql stop >>"$LOG" 2>&1 || true # nothing started it
  fi
}

# The machine that reads files out of backups: of Debian packages that are downloaded and not installed.
build_appliance() {
  local node=node_modules/.bin/node
  "$node" src/cli/onevault.ts appliance >>"$LOG" 2>&1 && return
  refresh_lists || say "  going on with the package lists that are here"
  quietly 'building the machine that reads files out of backups' "$node" src/cli/onevault.ts appliance build ||
    say '  oneimage ls, cat and extract will not work until bin/onevault appliance build does; everything else will.'
}

# The web console: built into a new directory, so that a build that fails leaves what is served.
build_console() {
  local built=var/console new=var/console.new
  [ -f "$built/index.html" ] && [ -z "$(find web package-lock.json -newer "$built/index.html" -print -quit)" ] && return
  rm -rf "$new"
  quietly 'building the web console' node_modules/.bin/node node_modules/vite/bin/vite.js build web --outDir "$PWD/$new" ||
    fail 'the web console could not be built.'
  rm -rf "$built"
  mv "$new" "$built"
}

mkdir -p var
: >>"$LOG"
# Two runs at once wait for each other.
exec 9>var/setup.lock
flock 9
: >"$LOG"
[ $# -gt 0 ] || set -- system node appliance console
for part; do
  case $part in
    node) install_libraries ;;
    system) prepare_system ;;
    rsync) prepare_rsync ;;
    servers) prepare_servers ;;
    appliance) build_appliance ;;
    console) build_console ;;
    browser) install_packages "$BROWSER_PACKAGES" ;;
    bench) install_packages "$BENCH_PACKAGES" ;;
    *) fail "there is no part '$part'; the parts are node, system, appliance, console, rsync, servers, browser and bench." ;;
  esac
done
