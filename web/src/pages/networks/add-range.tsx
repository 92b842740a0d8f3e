// Adds an address range to a network.
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import type { NetworkLike } from './actions.ts';
import { NEW_RANGE, rangeTemplate, wrongInRange } from './network-draft.ts';
import { RangeFields } from './range-fields.tsx';

interface Props {
  network: NetworkLike;
  onClose: () => void;
}

export function AddRange({ network, onClose }: Props) {
  const [range, setRange] = useState(NEW_RANGE);
  const [errors, setErrors] = useState<ReturnType<typeof wrongInRange>>({});
  const isReady = (): boolean => {
    const found = wrongInRange(range);
    setErrors(found);
    return Object.keys(found).length === 0;
  };
  return (
    <FormDialog
      title={texts.networks.form.addTitle(network.NAME)}
      button={texts.common.add}
      isReady={isReady}
      submit={() => call('one.vn.add_ar', { id: network.ID, template: rangeTemplate(range) })}
      onClose={onClose}
    >
      <RangeFields range={range} errors={errors} onChange={setRange} />
    </FormDialog>
  );
}
