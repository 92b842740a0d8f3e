// A link to a page of the console that looks like Mantine's.
import { Anchor } from '@mantine/core';
import { createLink } from '@tanstack/react-router';

export const AnchorLink = createLink(Anchor<'a'>);
