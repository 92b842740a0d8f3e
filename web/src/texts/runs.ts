// Texts of runs: backups, restores and what else works on them.
export const runs = {
  title: 'Runs',
  kinds: {
    backup: 'Backup',
    restore: 'Restore',
    flatten: 'Merge of layers',
    verify: 'Verification',
    drill: 'Drill',
    prune: 'Clean-up',
  },
  types: { FULL: 'full', INCREMENT: 'increment', '': '' },
  results: { running: 'running', waiting: 'waiting', done: 'done', failed: 'failed', cancelled: 'cancelled' },
  cancelling: 'being cancelled',
  left: (span: string) => `${span} left`,
};
