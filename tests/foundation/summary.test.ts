// A run of the tests must not look green when something did not run.
import { describe, expect, it } from 'vitest';
import { countAgain, countRun, failedFiles, summaryLine, total, type Report } from '../../scripts/summary.ts';

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

  describe('with files that are run again', () => {
    const [flaky, bad] = ['/x/tests/integration/flaky.test.ts', '/x/tests/faults/bad.test.ts'];
    const good = { name: '/x/src/good.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] };
    const failing = (name: string): Report['testResults'][number] => ({
      ...{
        name,
        status: 'failed',
        assertionResults: [{ status: 'failed' }, { status: 'passed' }, { status: 'pending' }],
      },
    });
    const first = report(3, 2, 2, [good, failing(flaky), failing(bad)]);

    it('runs those again in which something failed, outside of tests too', () => {
      expect(failedFiles(first)).toEqual([flaky, bad]);
      expect(failedFiles(report(1, 0, 0, [{ name: 'a', status: 'failed', assertionResults: [] }]))).toEqual(['a']);
      expect(failedFiles(undefined)).toEqual([]);
    });

    it('counts what passed then as passed, and names it', () => {
      const counts = countAgain(first, [
        { file: flaky, ok: true, report: report(2, 0, 1) },
        { file: bad, ok: false, report: report(1, 1, 1, [failing(bad)]) },
      ]);
      expect(summaryLine(total([countRun(report(10, 0), true), counts], 0))).toBe(
        '14 passed, 1 failed, 2 skipped, 1 passed only when run again: tests/integration/flaky.test.ts',
      );
    });

    it('fails what left no report, ran no test or ended badly when it was run again', () => {
      const again = (told: Report | undefined, ok: boolean): unknown => {
        const { failed, passedAgain } = countAgain(first, [
          { file: flaky, ok, report: told },
          { file: bad, ok: true, report: report(2, 0) },
        ]);
        return [failed, passedAgain];
      };
      expect(again(undefined, false)).toEqual([1, [bad]]);
      expect(again(report(0, 0, 3), true)).toEqual([1, [bad]]);
      expect(again(report(3, 0), false)).toEqual([1, [bad]]);
      expect(again(report(3, 0), true)).toEqual([0, [flaky, bad]]);
    });
  });
});
