// Texts of an action on several objects.
export const outcomes = {
  title: (action: string, count: number) => `${action}: ${count} ${count === 1 ? 'object' : 'objects'}`,
  waiting: 'waiting',
  running: 'working',
  done: 'done',
  failed: 'failed',
  left: 'left out',
  summary: (done: number, failed: number, left: number) =>
    [`${done} done`, ...(failed > 0 ? [`${failed} failed`] : []), ...(left > 0 ? [`${left} left out`] : [])].join(', '),
  stop: 'Stop after this one',
  stopped: 'You stopped before it.',
  goOn: (action: string, count: number) => `${action} (${count})`,
  accepted: (action: string, name: string) => `${action}: ${name}`,
};
