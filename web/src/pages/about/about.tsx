// A page that is to come.
import { Title } from '@mantine/core';

export function About() {
  return <Title order={1}>About</Title>;
}
