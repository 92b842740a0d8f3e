// The label of a field that is an attribute of a template: in plain words, with the name that the command line and the reference use.
import { Code, Group } from '@mantine/core';

export function AttributeLabel({ children, name }: { children: string; name: string }) {
  return (
    <Group component="span" gap={6} display="inline-flex">
      {children}
      <Code fz={11}>{name}</Code>
    </Group>
  );
}
