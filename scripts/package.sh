#!/usr/bin/env bash
# Makes the Debian package of this clone, var/package/onevault_VERSION_ARCH.deb: what `npm pack` makes, installed under /usr/lib/onevault with
# the libraries and the Node.js that it needs, and around it commands, manual pages, configuration and a systemd unit.
# usage: scripts/package.sh
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
scripts/setup.sh node console appliance
NODE="$PWD/node_modules/.bin/node"
VERSION=$("$NODE" -p 'require("./package.json").version')
ARCH=$(dpkg --print-architecture)
OUT="$PWD/var/package"
TREE="$OUT/tree"
# What scripts/setup.sh installs for a daemon, and what sets the package apart from OpenNebula's, whose commands have the same names.
DEPENDS='libvirt-daemon-system, libvirt-clients, qemu-system-x86, qemu-utils, restic, fuse3, busybox-static, acl, e2fsprogs, util-linux, openssl'
RECOMMENDS='rsync, openssh-client, sshfs'

rm -rf "$OUT"
mkdir -p "$TREE"/{DEBIAN,usr/bin,usr/lib/onevault,usr/share/man/man1,usr/share/man/man5,usr/share/doc/onevault,usr/share/onevault,etc/onevault,lib/systemd/system}
echo 'Building JavaScript, manual pages and the configuration file'
"$NODE" --disable-warning=ExperimentalWarning scripts/package/build.ts
compgen -G 'dist/var/appliance/initrd-*.img' >/dev/null || { echo 'Without it, oneimage ls, cat and extract would not work: nothing is packed.' >&2; exit 1; }
echo 'Installing it with its libraries'
npm pack --ignore-scripts --silent --pack-destination "$OUT" >/dev/null
npm install --prefix "$TREE/usr/lib/onevault" --omit=dev --no-audit --no-fund --no-save --loglevel=error \
  "$OUT/onevault-$VERSION.tgz"
"$TREE/usr/lib/onevault/node_modules/.bin/node" --version >/dev/null
rm -f "$TREE"/usr/lib/onevault/{package.json,package-lock.json}
OWN=/usr/lib/onevault/node_modules/onevault
for command in dist/bin/*; do ln -s "$OWN/$command" "$TREE/usr/bin/"; done
for page in dist/man/*.[15]; do gzip -9n <"$page" >"$TREE/usr/share/man/man${page##*.}/$(basename "$page").gz"; done
ln -s "$OWN/docs" "$TREE/usr/share/doc/onevault/docs"
install -m 0644 dist/onevault.conf "$TREE/etc/onevault/"
install -m 0644 packaging/onevault.service "$TREE/lib/systemd/system/"
cp -r packaging/apparmor "$TREE/usr/share/onevault/"
install -m 0644 LICENSE "$TREE/usr/share/doc/onevault/copyright"
gzip -9n <CHANGELOG.md >"$TREE/usr/share/doc/onevault/changelog.gz"
install -m 0755 packaging/debian/{postinst,prerm,postrm} "$TREE/DEBIAN/"
install -m 0644 packaging/debian/conffiles "$TREE/DEBIAN/"
cat >"$TREE/DEBIAN/control" <<CONTROL
Package: onevault
Version: $VERSION
Architecture: $ARCH
Maintainer: OneVault <onevault@localhost>
Section: admin
Priority: optional
Installed-Size: $(du -sk "$TREE" | cut -f1)
Depends: $DEPENDS
Recommends: $RECOMMENDS
Conflicts: opennebula-tools
Description: backups of virtual machines on KVM
 Full and incremental backups of machines that libvirt runs, live or powered off,
 into restic repositories and rsync directories, and all ways back. With the
 commands, words and the interface of OpenNebula, and a web console.
CONTROL
echo 'Packing'
dpkg-deb --root-owner-group -Zxz -z3 --build "$TREE" "$OUT/onevault_${VERSION}_$ARCH.deb" >/dev/null
rm -rf "$TREE"
echo "Made $OUT/onevault_${VERSION}_$ARCH.deb. Install it: apt-get install $OUT/onevault_${VERSION}_$ARCH.deb"
