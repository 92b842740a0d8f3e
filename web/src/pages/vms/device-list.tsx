// The disks or the NICs of a VM that is not made yet, one below the other; some can be added and taken out.
import { Button, Fieldset, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';

interface Props<Device> {
  title: string;
  /** On the button that adds one. */
  add: string;
  /** What the one with this number is called. */
  one: (number: number) => string;
  /** As it is when it is added. */
  fresh: Device;
  list: readonly Device[];
  onChange: (list: Device[]) => void;
  children: (device: Device, change: (device: Device) => void) => ReactNode;
}

export function DeviceList<Device>({ title, add, one, fresh, list, onChange, children }: Props<Device>) {
  return (
    <Section title={title}>
      {list.map((device, at) => (
        <Fieldset key={at} legend={one(at)} miw={0}>
          <Stack gap="sm">
            {children(device, (changed) => onChange(list.map((each, index) => (index === at ? changed : each))))}
            <Group>
              <Button
                variant="default"
                size="compact-sm"
                onClick={() => onChange(list.filter((_each, index) => index !== at))}
              >
                {texts.vms.form.remove(one(at))}
              </Button>
            </Group>
          </Stack>
        </Fieldset>
      ))}
      <Group>
        <Button variant="light" onClick={() => onChange([...list, fresh])}>
          {add}
        </Button>
      </Group>
    </Section>
  );
}
