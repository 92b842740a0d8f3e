// The columns of `oneuser list`. There is none for the password: what a server sends of it is nobody's business.
import { groupColumn, idColumn, nameColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { quotaColumns } from './quota-show.ts';
import { yesNo } from './units.ts';

export const userListing: Listing = {
  noun: NOUN.user,
  shown: ['ID', 'NAME', 'ENABLED', 'GROUP', 'AUTH', 'VMS', 'MEMORY', 'CPU'],
  filterFlag: false,
  columns: (_nowSec, _clusters, pool) => [
    idColumn,
    nameColumn(15),
    {
      name: 'ENABLED',
      description: 'whether the user may log in',
      width: 4,
      left: true,
      cell: (user) => yesNo(user.textOf('ENABLED')),
    },
    groupColumn,
    {
      name: 'AUTH',
      description: 'how the user proves who it is',
      width: 8,
      left: true,
      cell: (user) => user.textOf('AUTH_DRIVER'),
    },
    ...quotaColumns(pool, { VMS: 10, MEMORY: 10, CPU: 10 }),
  ],
};
