// Texts of backup jobs.
export const jobs = {
  title: 'Backup jobs',
  empty: 'There are no backup jobs.',
  emptyHint: 'A backup job takes backups of several VMs with one schedule, one datastore and one retention.',
  columns: { mode: 'Mode', keep: 'Keep', last: 'Last run' },
  states: { running: 'running', waiting: 'waiting', failed: 'failed', idle: 'idle' },
  actions: {
    backup: 'Back up now',
    cancel: 'Cancel the run',
    isRunning: 'It is running already.',
    isIdle: 'It is not running.',
  },
};
