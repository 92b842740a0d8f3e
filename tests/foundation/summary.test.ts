// A run of the tests must not look green when something did not run.
import { describe, expect, it } from 'vitest';
import { countRun, summaryLine, total, type Report } from '../../scripts/summary.ts';

function report(passed: number, failed: number, skipped = 0, testResults: Report['testResults'] = []): Report {
  return { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0, testResults };
}

describe('the last line of a run', () => {
  it('sums all runs and counts failed checks', () => {
    const runs = [countRun(report(3, 0), true), countRun(report(2, 1, 1), false)];
    expect(summaryLine(total(runs, 2))).toBe('5 passed, 3 failed, 1 skipped');
    expect(summaryLine(total([countRun(report(3, 0), true)], 0))).toBe('3 passed, 0 failed');
  });

  it('fails when there is no report, no test, or an error outside the tests', () => {
    expect(countRun(undefined, false).failed).toBe(1);
    expect(countRun(report(0, 0), true).failed).toBe(1);
    expect(countRun(report(0, 0, 4), true).failed).toBe(1);
    expect(countRun(report(5, 0), false).failed).toBe(1);
    expect(total([], 0).failed).toBe(1);
  });

  it('counts a file that could not be loaded once, and one whose tests failed by its tests', () => {
    const unloaded = { name: 'a', status: 'failed', assertionResults: [] };
    const failing = { name: 'b', status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] };
    expect(countRun(report(1, 1, 0, [unloaded, failing]), false)).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });
});
