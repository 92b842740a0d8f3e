// Which versions may work on one database at the same time: one and its neighbours, so that nodes can be brought up to date one by one. Pure.

/** Why a node of version `mine` may not begin while nodes of these versions work; undefined when it may. */
export function refusesBeside(mine: string, others: readonly string[]): string | undefined {
  const strange = others.find((other) => !areNeighbours(mine, other));
  if (strange === undefined) return undefined;
  return `a node of version ${strange} is up, and version ${mine} works beside its neighbours alone`;
}

function areNeighbours(one: string, other: string): boolean {
  const [major, minor] = numbers(one);
  const [otherMajor, otherMinor] = numbers(other);
  return major === otherMajor && Math.abs(minor - otherMinor) <= 1;
}

function numbers(version: string): [major: number, minor: number] {
  const [major = NaN, minor = NaN] = version.split('.').map(Number);
  return [major, minor];
}
