// Addresses of virtual networks: each has one holder.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Lease } from '../model/vnet.ts';
import type { Store } from './store.ts';

export function leasesContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  const lease = (index: number, vm: number, nicId = 0): Lease => ({ vnetId: 1, arId: 0, index, vm, nicId });

  it('gives an address once, and says who has it', async () => {
    await store.leases.take(lease(0, 7));
    await store.leases.take(lease(1, -1));
    await expect(store.leases.take(lease(0, 8))).rejects.toMatchObject({ code: 0x800, message: /used by VM 7/ });
    await expect(store.leases.take(lease(1, 8))).rejects.toMatchObject({ message: /is held/ });
    expect(await store.leases.find(1, 0, 0)).toEqual(lease(0, 7));
  });

  it('finds the lowest free one, also between others, until there is none', async () => {
    for (const index of [0, 1, 3]) await store.leases.take(lease(index, 7, index));
    expect(await store.leases.firstFree(1, 0, 4)).toBe(2);
    await store.leases.take(lease(2, 7, 2));
    expect(await store.leases.firstFree(1, 0, 5)).toBe(4);
    expect(await store.leases.firstFree(1, 0, 4)).toBeUndefined();
    expect(await store.leases.firstFree(1, 9, 4)).toBe(0);
  });

  it('frees one, those of a NIC, or all of a VM', async () => {
    for (const index of [0, 1, 2]) await store.leases.take(lease(index, 7, index));
    await store.leases.free(1, 0, 0);
    await store.leases.freeVm(7, 1);
    expect(await store.leases.ofVm(7)).toEqual([lease(2, 7, 2)]);
    expect([...(await store.leases.counts())]).toEqual([[1, 1]]);
    await store.leases.freeVm(7);
    expect(await store.leases.ofVnet(1)).toEqual([]);
  });

  it('tells that a network changed when an address of it is taken or freed', async () => {
    const told: unknown[] = [];
    const end = store.onChange((changes) => told.push(...changes));
    await store.leases.take(lease(0, 7));
    await store.leases.free(1, 0, 0);
    await store.leases.take({ ...lease(1, 8), vnetId: 2 });
    await store.leases.freeVm(8);
    await store.leases.freeVm(9);
    expect(told).toEqual([1, 1, 2, 2].map((id) => ({ noun: 'vnet', id })));
    end();
  });
}
