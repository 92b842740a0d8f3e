// The access rules: who may do what with which objects.
import { Button } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { Acl as Rule } from '../../api/documents.ts';
import { poolQuery } from '../../api/queries.ts';
import type { Action } from '../../parts/actions.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { RuleForm } from './rule-form.tsx';
import { ruleParts, type RuleParts, type Which } from './rule.ts';

const words = texts.acl;

interface RuleRow extends RuleParts {
  rule: Rule;
  whoText: string;
  objectsText: string;
}

const ACTIONS: ReadonlyArray<Action<RuleRow>> = [
  {
    id: 'delete',
    label: words.delete,
    method: 'one.acl.delrule',
    needs: 'ADMIN',
    dangerous: true,
    confirm: () => ({ title: words.deleteTitle, text: words.deleteText, button: words.delete }),
    run: ({ rule }) => call('one.acl.delrule', { id: rule.ID }),
  },
];

const COLUMNS: ReadonlyArray<TableColumn<RuleRow>> = [
  { id: 'id', label: texts.common.id, value: ({ rule }) => rule.ID, width: 60, from: 500 },
  { id: 'who', label: words.columns.who, value: ({ whoText }) => whoText, width: '2fr' },
  { id: 'rights', label: words.columns.rights, value: ({ rights }) => rights.join(', ') },
  { id: 'kinds', label: words.columns.kinds, value: ({ kinds }) => kinds.join(', '), width: '2fr', from: 600 },
  { id: 'objects', label: words.columns.objects, value: ({ objectsText }) => objectsText, width: '2fr', from: 500 },
  { id: 'rule', label: words.columns.rule, value: ({ rule }) => rule.STRING, width: '2fr', from: 1100 },
];

export function Acl() {
  const may = useMay();
  const [making, setMaking] = useState(false);
  const query = useQuery(poolQuery('acl', 'one.acl.info', {}));
  const names = useNames();
  const rows = useMemo(
    () =>
      query.data?.ACL_POOL.ACL.map((rule): RuleRow => {
        const parts = ruleParts(rule.STRING);
        return {
          ...parts,
          rule,
          whoText: whoText(parts.who, names),
          objectsText: objectsText(parts.objects, names),
        };
      }),
    [query.data, names],
  );
  return (
    <>
      <ListPage
        title={words.title}
        noun="acl"
        query={query}
        rows={rows}
        columns={COLUMNS}
        idOf={({ rule }) => rule.ID}
        nameOf={({ rule }) => rule.STRING}
        actions={ACTIONS}
        create={may('one.acl.addrule') && <Button onClick={() => setMaking(true)}>{words.create}</Button>}
        empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
        sort="id"
      />
      {making && <RuleForm onClose={() => setMaking(false)} />}
    </>
  );
}

type Names = Readonly<Record<'user' | 'group' | 'cluster', ReadonlyMap<number, string>>>;

function useNames(): Names {
  const [users, groups, clusters] = useQueries({
    queries: [
      poolQuery('user', 'one.userpool.info', {}),
      poolQuery('group', 'one.grouppool.info', {}),
      poolQuery('cluster', 'one.clusterpool.info', {}),
    ],
  });
  return useMemo(
    () => ({
      user: namesIn(users.data?.USER_POOL.USER),
      group: namesIn(groups.data?.GROUP_POOL.GROUP),
      cluster: namesIn(clusters.data?.CLUSTER_POOL.CLUSTER),
    }),
    [users.data, groups.data, clusters.data],
  );
}

const namesIn = (pool: ReadonlyArray<{ ID: number; NAME: string }> = []): ReadonlyMap<number, string> =>
  new Map(pool.map(({ ID, NAME }) => [ID, NAME]));

function whoText(who: Which | undefined, { user, group }: Names): string {
  if (who === undefined) return '';
  if (who.kind === 'all') return words.everybody;
  if (who.kind === 'group') return words.group(group.get(who.id) ?? String(who.id));
  return words.user(user.get(who.id) ?? String(who.id));
}

function objectsText(which: Which | undefined, { group, cluster }: Names): string {
  if (which === undefined) return '';
  if (which.kind === 'all') return words.all;
  if (which.kind === 'group') return words.ofGroup(group.get(which.id) ?? String(which.id));
  if (which.kind === 'cluster') return words.ofCluster(cluster.get(which.id) ?? String(which.id));
  return words.one(which.id);
}
