// The doctor's findings as text. Pure.
import type { Finding } from './facts.ts';

const MARK = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;

/** One line for each finding, the mending command under what is not well, and a line that counts. */
export function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.flatMap(({ what, verdict, found, mend }) => [
    `${MARK[verdict]}  ${what.padEnd(width)}  ${found}`,
    ...(mend === '' ? [] : [`${' '.repeat(width + 11)}mend: ${mend}`]),
  ]);
  const count = (verdict: Finding['verdict']): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  return [...lines, '', `${count('ok')} ok, ${count('warning')} warnings, ${count('failed')} failed`, ''].join('\n');
}
