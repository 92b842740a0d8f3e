// Pools and replies that the tests of several commands share: names with their ids, as lookups see them.

/** A pool's document: of each object its id, name and whatever else is given as XML. */
export function pool(
  root: string,
  element: string,
  objects: ReadonlyArray<readonly [id: number, name: string, more?: string]>,
): string {
  const texts = objects.map(
    ([id, name, more = '']) => `<${element}><ID>${id}</ID><NAME>${name}</NAME>${more}</${element}>`,
  );
  return `<${root}>${texts.join('')}</${root}>`;
}

export const NAMES = {
  'userpool.info': pool('USER_POOL', 'USER', [
    [0, 'oneadmin'],
    [2, 'ann'],
  ]),
  'grouppool.info': pool('GROUP_POOL', 'GROUP', [
    [0, 'oneadmin'],
    [100, 'staff'],
  ]),
  'clusterpool.info': pool('CLUSTER_POOL', 'CLUSTER', [
    [0, 'default'],
    [100, 'east'],
  ]),
  'datastorepool.info': pool('DATASTORE_POOL', 'DATASTORE', [
    [1, 'default'],
    [100, 'RBackups'],
  ]),
  'hostpool.info': pool('HOST_POOL', 'HOST', [[3, 'node-a']]),
  'imagepool.info': pool('IMAGE_POOL', 'IMAGE', [
    [0, 'alpine'],
    [1, 'backup'],
    [2, 'twin'],
    [3, 'twin'],
  ]),
  'templatepool.info': pool('VMTEMPLATE_POOL', 'VMTEMPLATE', [[4, 'web']]),
  'vnpool.info': pool('VNET_POOL', 'VNET', [[5, 'private']]),
  'vmpool.info': pool('VM_POOL', 'VM', [
    [0, 'alpine-0'],
    [12, 'db'],
  ]),
};

/** A reply that repeats the id, wherever the call has it. */
export function echoId(params: unknown[]): number {
  return params.find((value) => typeof value === 'number') ?? 0;
}

/** Replies for these methods, each with the id it was called with. */
export function echoing(...methods: string[]): Record<string, typeof echoId> {
  return Object.fromEntries(methods.map((method) => [method, echoId]));
}
