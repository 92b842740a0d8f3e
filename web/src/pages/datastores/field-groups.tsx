// The attributes of a datastore in a form: where it is comes first, the rest is folded away.
import { Accordion, Stack } from '@mantine/core';
import type { FieldValues } from '../../parts/attribute-field.ts';
import { AttributeFields } from '../../parts/attribute-fields.tsx';
import { texts } from '../../texts/index.ts';
import type { FieldGroup } from './fields.ts';

const words = texts.datastores.form;

interface Props {
  groups: readonly FieldGroup[];
  values: FieldValues;
  errors: Readonly<Record<string, string>>;
  kept?: ReadonlySet<string>;
  onChange: (name: string, value: string) => void;
}

export function FieldGroups({ groups, ...rest }: Props) {
  const place = groups.filter(({ id }) => id === 'place');
  const folded = groups.filter(({ id }) => id !== 'place');
  return (
    <>
      {place.map(({ id, fields }) => (
        <AttributeFields key={id} fields={fields} {...rest} />
      ))}
      {folded.length > 0 && (
        <Accordion multiple variant="contained">
          {folded.map(({ id, fields }) => (
            <Accordion.Item key={id} value={id}>
              <Accordion.Control>{words[id]}</Accordion.Control>
              <Accordion.Panel>
                <Stack>
                  <AttributeFields fields={fields} {...rest} />
                </Stack>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
    </>
  );
}
