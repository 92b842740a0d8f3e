// Holds an address of a network, so that no VM gets it.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import type { NetworkLike } from './actions.ts';
import { leaseTemplate, wrongAddress } from './network-draft.ts';

interface Props {
  network: NetworkLike;
  onClose: () => void;
}

export function Hold({ network, onClose }: Props) {
  const { hold } = texts.networks;
  const [address, setAddress] = useState('');
  const [tried, setTried] = useState(false);
  return (
    <FormDialog
      title={hold.title(network.NAME)}
      button={hold.button}
      isReady={() => {
        setTried(true);
        return wrongAddress(address) === undefined;
      }}
      submit={() => call('one.vn.hold', { id: network.ID, template: leaseTemplate(address) ?? '' })}
      onClose={onClose}
    >
      <TextInput
        label={hold.address}
        description={hold.hint}
        required
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
        error={tried ? wrongAddress(address) : undefined}
        autoComplete="off"
        data-autofocus
      />
    </FormDialog>
  );
}
