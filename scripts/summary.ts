// Sums up vitest's JSON reports and the other checks into the one line that a run ends with. A report that is missing, a
// file that could not be loaded and a run without tests all count as failures: silence is never success. Files that failed may
// be run once more: what passes then counts as passed, and the line says so.

/** The part of vitest's JSON report that is read here. */
export interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: Array<{ name: string; status: string; assertionResults: Array<{ status: string }> }>;
}

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Files that failed at first and passed when they were run again, alone. */
  passedAgain?: string[];
}

/** What running a file again came to: its report, if there is one, and whether vitest ended with code 0. */
export interface Again {
  file: string;
  report: Report | undefined;
  ok: boolean;
}

/**
 * What one run of vitest did. `report` is undefined when it wrote none; `ok` is whether it ended with code 0.
 * A file that failed outside its tests (import, beforeAll) counts as one failure.
 */
export function countRun(report: Report | undefined, ok: boolean): Counts {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const broken = report.testResults.filter(isBroken);
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  const nothingRan = counts.passed + counts.failed === 0;
  if (counts.failed === 0 && (!ok || nothingRan)) counts.failed = 1;
  return counts;
}

/** The files in which something failed; to be run again, alone. */
export function failedFiles(report: Report | undefined): string[] {
  return (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/** The counts of a run when each of the files that failed in it counts as it did when it was run again. */
export function countAgain(report: Report, again: Again[]): Counts {
  const names = new Set(again.map(({ file }) => file));
  const results = report.testResults.filter(({ name }) => !names.has(name));
  const kept = results.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const once = {
    passed: kept.filter((status) => status === 'passed').length,
    failed: kept.filter((status) => status === 'failed').length + results.filter(isBroken).length,
    skipped: kept.filter((status) => status !== 'passed' && status !== 'failed').length,
  };
  const counted = again.map((run) => ({ file: run.file, counts: countRun(run.report, run.ok) }));
  const passedAgain = counted.filter(({ counts }) => counts.failed === 0).map(({ file }) => file);
  return { ...total([once, ...counted.map(({ counts }) => counts)], 0), passedAgain };
}

/** A file that failed outside its tests. */
function isBroken({ status, assertionResults }: Report['testResults'][number]): boolean {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}

/** The sum of all runs; every other check that failed (format, lint, types) is one failure more. */
export function total(runs: Counts[], failedChecks: number): Counts {
  const sum: Counts = { passed: 0, failed: failedChecks, skipped: 0 };
  const again = runs.flatMap(({ passedAgain = [] }) => passedAgain);
  if (again.length > 0) sum.passedAgain = again;
  for (const { passed, failed, skipped } of runs) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  if (sum.passed + sum.failed === 0) sum.failed = 1;
  return sum;
}

/** `N passed, N failed`, then the skipped ones and the files that passed only when run again, when there are any. */
export function summaryLine({ passed, failed, skipped, passedAgain = [] }: Counts): string {
  const more = [
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(passedAgain.length > 0
      ? [`${passedAgain.length} passed only when run again: ${passedAgain.map(shortName).join(' ')}`]
      : []),
  ];
  return [`${passed} passed`, `${failed} failed`, ...more].join(', ');
}

/** A test file as one would name it to ./test. */
function shortName(file: string): string {
  return /(?:^|\/)((?:tests|src)\/.*)$/.exec(file)?.[1] ?? file;
}
