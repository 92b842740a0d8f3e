// Which pages and objects match what is sought, the best first. Pure.

export interface Found {
  key: string;
  label: string;
  /** What it is: a page, a VM. */
  kind: string;
  to: string;
  /** Words that it is found by besides its label. */
  words?: string;
}

const MOST = 12;

/** What begins with the text comes before what has a word that does, and that before what only holds it. */
export function found(candidates: readonly Found[], text: string): Found[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return candidates.slice(0, MOST);
  const ranked: Array<{ rank: number; each: Found }> = [];
  for (const each of candidates) {
    const rank = rankOf(each, words);
    if (rank !== undefined) ranked.push({ rank, each });
  }
  ranked.sort((a, b) => a.rank - b.rank || a.each.label.length - b.each.label.length);
  return ranked.slice(0, MOST).map(({ each }) => each);
}

function rankOf({ label, kind, words: more = '' }: Found, sought: readonly string[]): number | undefined {
  const name = label.toLowerCase();
  const all = `${name} ${kind.toLowerCase()} ${more.toLowerCase()}`;
  let rank = 0;
  for (const word of sought) {
    if (!all.includes(word)) return undefined;
    if (name === word) continue;
    rank += name.startsWith(word) ? 1 : beginsWord(all, word) ? 2 : 3;
  }
  return rank;
}

function beginsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[a-z0-9]/.test(text[at - 1]!)) return true;
  }
  return false;
}
