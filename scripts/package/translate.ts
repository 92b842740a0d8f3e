// From the files of the clone to those of the package. Pure, but for what strips the types.

/** Tests, and what tests of several drivers share, stay out. */
export function isBuilt(name: string): boolean {
  return name.endsWith('.ts') && !/\.test\.ts$|(^|-)contract\.ts$/.test(name);
}

/** The same lines without types; modules of ours are called by their new names. */
export function javaScriptOf(code: string, strip: (code: string) => string): string {
  return strip(code).replace(/(['"`])(\.{1,2}\/[^'"`\s]*)\.ts\1/g, '$1$2.js$1');
}

/** A command as a package has it: its Node.js is the one that npm has installed for it, beside it or above it. */
export function launcher(command: string): string {
  return `#!/bin/sh
# Runs ${command} with the Node.js that was installed with OneVault. Compiled code is kept in the user's cache, which takes two thirds off the
# start; without a place for it, it goes without.
here=$(dirname -- "$(readlink -f -- "$0")")
for node in "$here/../../node_modules/.bin/node" "$here/../../../.bin/node"; do
  [ -x "$node" ] && break
  node=node
done
cache=\${XDG_CACHE_HOME:-\${HOME:+$HOME/.cache}}
if [ -z "$NODE_COMPILE_CACHE" ] && [ -n "$cache" ] && mkdir -p -- "$cache/onevault" 2>/dev/null; then
  export NODE_COMPILE_CACHE="$cache/onevault"
fi
exec "$node" --disable-warning=ExperimentalWarning "$here/../src/cli/${command}.js" "$@"
`;
}
