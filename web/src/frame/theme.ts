// Colours, fonts and sizes. Shades are chosen so that texts keep a contrast of 4.5 on their ground, in light and dark.
import { createTheme, Loader, localStorageColorSchemeManager, type CSSVariablesResolver } from '@mantine/core';

export const colorScheme = localStorageColorSchemeManager({ key: 'onevault-color-scheme' });

export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    // a label needs something that it is of
    Loader: Loader.extend({ defaultProps: { role: 'status' } }),
  },
});

/** Mantine's dimmed text is too pale for small sizes, and what one may only read is read all the same. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: quiet('var(--mantine-color-gray-7)'),
  dark: quiet('var(--mantine-color-dark-1)'),
});

function quiet(colour: string): Record<string, string> {
  return { '--mantine-color-dimmed': colour, '--mantine-color-disabled-color': colour };
}
