// The name of an object as a link to its page.
import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { pathOf, type Shown } from './paths.ts';

interface Props {
  noun: Shown;
  id: number;
  children?: string | undefined;
  /** In a table, where the row is reached by arrows and opened by Enter. */
  inTable?: boolean;
}

export function ObjectLink({ noun, id, children, inTable = false }: Props) {
  return (
    <Anchor
      component={Link}
      to={pathOf(noun, id)}
      size="sm"
      underline={inTable ? 'hover' : 'always'}
      {...(inTable && { tabIndex: -1 })}
    >
      {children ?? String(id)}
    </Anchor>
  );
}
