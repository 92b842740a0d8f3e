// What may be shown on a terminal: names, texts of templates and what guests say are other people's, and a terminal obeys what it is told
// between them. Pure.

/** What the commands themselves say to a terminal: bold, underlined, red, green and back. */
const OWN = /(\x1b\[(?:0|1|4|31|32)m)/;
/** Control characters, and those that turn the direction of what is shown. */
const OBEYED = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** The text with everything that a terminal would obey written as \xHH. */
export function terminalText(text: string): string {
  return text
    .split(OWN)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(OBEYED, escaped)))
    .join('');
}

function escaped(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
