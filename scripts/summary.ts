// Sums up vitest's JSON reports and the other checks into the one line that a run ends with. A report that is missing, a
// file that could not be loaded and a run without tests all count as failures: silence is never success.

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
}

/**
 * What one run of vitest did. `report` is undefined when it wrote none; `ok` is whether it ended with code 0.
 * A file that failed outside its tests (import, beforeAll) counts as one failure.
 */
export function countRun(report: Report | undefined, ok: boolean): Counts {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  const nothingRan = counts.passed + counts.failed === 0;
  if (counts.failed === 0 && (!ok || nothingRan)) counts.failed = 1;
  return counts;
}

/** The sum of all runs; every other check that failed (format, lint, types) is one failure more. */
export function total(runs: Counts[], failedChecks: number): Counts {
  const sum = { passed: 0, failed: failedChecks, skipped: 0 };
  for (const { passed, failed, skipped } of runs) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  if (sum.passed + sum.failed === 0) sum.failed = 1;
  return sum;
}

/** `N passed, N failed`, and the skipped ones when there are any. */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
