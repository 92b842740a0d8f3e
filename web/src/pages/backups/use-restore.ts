// What the restore dialog knows: the ways that this user may go, the datastores, the daemon's plan, and the restore itself.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../api/call.ts';
import type { Datastore, Image, RestorePlan } from '../../api/documents.ts';
import { objectQuery, poolQuery } from '../../api/queries.ts';
import { pathOf } from '../../parts/paths.ts';
import { tellDone } from '../../parts/tell.tsx';
import { useRights } from '../../parts/use-rights.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { restoreOptions, type RestoreWish, type Way } from './restore-wish.ts';

const IMAGE_DS = 0;
const { restore: words } = texts.backups;

/** The ways that this user may go with this backup. Its own machine must be there for the way in place. */
export function useWays(image: Image): Way[] {
  const may = useMay();
  const vmIds = image.VMS.ID.slice(0, 1);
  const { rightsOf } = useRights('vm', vmIds, (id) => id);
  const overVm = vmIds.flatMap((id) => rightsOf(id) ?? []);
  return [
    ...(may('one.image.restore') ? (['fresh'] as const) : []),
    ...(may('one.vm.restoreinstant') ? (['instant'] as const) : []),
    ...(may('one.vm.restore') && overVm.includes('ADMIN') ? (['place'] as const) : []),
  ];
}

/** Image datastores that are enabled; undefined while they are not known. */
export function useImageDatastores(): Datastore[] | undefined {
  const { data } = useQuery(poolQuery('datastore', 'one.datastorepool.info', {}));
  return data?.DATASTORE_POOL.DATASTORE.filter(({ TYPE, STATE }) => TYPE === IMAGE_DS && STATE === 0);
}

/** The daemon's plan of what is wished, or why it cannot be. */
export function useRestorePlan(image: Image, wish: RestoreWish): { plan: RestorePlan | undefined; error: unknown } {
  const { way, datastoreId, point, disk, force } = wish;
  const fresh = useQuery({
    ...objectQuery('image', image.ID, 'one.image.restoreplan', {
      ...{ id: image.ID, datastoreId, options: restoreOptions(wish) },
    }),
    enabled: way !== 'place' && datastoreId >= 0,
    placeholderData: (before) => before, // the dialog does not jump while somebody types a name
  });
  const vmId = image.VMS.ID[0] ?? -1;
  const inPlace = useQuery({
    ...objectQuery('vm', vmId, 'one.vm.restoreplan', {
      ...{ id: vmId, imageId: image.ID, increment: point, diskId: disk, force },
    }),
    enabled: way === 'place' && vmId >= 0,
  });
  const { data, error } = way === 'place' ? inPlace : fresh;
  return { plan: data?.RESTORE_PLAN, error };
}

export function useRestore(image: Image, wish: RestoreWish): () => Promise<void> {
  const navigate = useNavigate();
  return async () => {
    const { way, datastoreId, point, disk, force } = wish;
    const options = restoreOptions(wish);
    if (way === 'fresh') {
      tellDone(words.made(await call('one.image.restore', { id: image.ID, datastoreId, options })));
      return;
    }
    if (way === 'instant') {
      const id = await call('one.vm.restoreinstant', { id: image.ID, datastoreId, options });
      void navigate({ to: pathOf('vm', id) });
    } else {
      const id = image.VMS.ID[0] ?? -1;
      await call('one.vm.restore', { id, imageId: image.ID, increment: point, diskId: disk, force });
    }
    tellDone(words.begun);
  };
}
