// Makes a network: a bridge that the hosts have, and its first range of addresses.
import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { poolQuery } from '../../api/queries.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { pathOf } from '../../parts/paths.ts';
import { texts } from '../../texts/index.ts';
import {
  NEW_NETWORK,
  NEW_RANGE,
  networkTemplate,
  wrongInNetwork,
  wrongInRange,
  type NetworkDraft,
  type NetworkErrors,
  type RangeErrors,
} from './network-draft.ts';
import { RangeFields } from './range-fields.tsx';

const { form: words } = texts.networks;
const DEFAULT_CLUSTER = '0';

export function NewNetwork({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const clusters = useQuery(poolQuery('cluster', 'one.clusterpool.info', {})).data?.CLUSTER_POOL.CLUSTER ?? [];
  const [cluster, setCluster] = useState(DEFAULT_CLUSTER);
  const [draft, setDraft] = useState(NEW_NETWORK);
  const [range, setRange] = useState(NEW_RANGE);
  const [errors, setErrors] = useState<{ network: NetworkErrors; range: RangeErrors }>({ network: {}, range: {} });
  const set = (change: Partial<NetworkDraft>): void => setDraft({ ...draft, ...change });
  const isReady = (): boolean => {
    const found = { network: wrongInNetwork(draft), range: draft.withRange ? wrongInRange(range) : {} };
    setErrors(found);
    return Object.keys({ ...found.network, ...found.range }).length === 0;
  };
  const submit = async (): Promise<void> => {
    const id = await call('one.vn.allocate', {
      template: networkTemplate(draft, range),
      ...(cluster !== DEFAULT_CLUSTER && { clusterId: Number(cluster) }),
    });
    void navigate({ to: pathOf('vnet', id) });
  };
  return (
    <FormDialog
      title={texts.networks.create}
      button={texts.common.create}
      isReady={isReady}
      submit={submit}
      onClose={onClose}
      size="lg"
    >
      <TextInput
        label={<AttributeLabel name="NAME">{words.name}</AttributeLabel>}
        required
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={errors.network.name}
        autoComplete="off"
        data-autofocus
      />
      <TextInput
        label={<AttributeLabel name="BRIDGE">{words.bridge}</AttributeLabel>}
        description={words.bridgeHint}
        required
        value={draft.bridge}
        onChange={(event) => set({ bridge: event.currentTarget.value })}
        error={errors.network.bridge}
        autoComplete="off"
      />
      {clusters.length > 1 && (
        <NativeSelect
          label={words.cluster}
          data={clusters.map(({ ID, NAME }) => ({ value: String(ID), label: NAME }))}
          value={cluster}
          onChange={(event) => setCluster(event.currentTarget.value)}
        />
      )}
      <Switch
        label={words.withRange}
        description={words.withRangeHint}
        checked={draft.withRange}
        onChange={(event) => set({ withRange: event.currentTarget.checked })}
      />
      {draft.withRange && <RangeFields range={range} errors={errors.range} onChange={setRange} />}
    </FormDialog>
  );
}
