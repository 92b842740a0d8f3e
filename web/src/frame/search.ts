// What stands behind the ? of an address: the state of a page that a link or the back button should bring back. Pure.

/** Every page may use these; what is not there is not in the address. */
export interface PageSearch {
  /** Filter of a table. */
  q?: string;
  /** Column that a table is sorted by; with - before it, downwards. */
  sort?: string;
  /** Tab of a detail page. */
  tab?: string;
  /** What else a page keeps there. */
  view?: string;
}

const NAMES = ['q', 'sort', 'tab', 'view'] as const;

export function searchOf(given: Record<string, unknown>): PageSearch {
  const search: PageSearch = {};
  for (const name of NAMES) {
    const value = given[name];
    // a word of digits comes as a number
    if (typeof value === 'string' || typeof value === 'number') search[name] = String(value);
  }
  return search;
}

/** Where to go after signing in: a place in this console, never another site. */
export function signInSearch(given: Record<string, unknown>): { to?: string } {
  const { to } = given;
  return typeof to === 'string' && /^\/(?!\/)[^\\\p{Cc}]*$/u.test(to) ? { to } : {};
}
