// The daemon's stream of changes: what changed is asked for again, runs are shown as they go. A stream that broke is opened anew until it
// is there, and then everything shown is asked for again, because anything may have happened meanwhile.
import type { QueryClient } from '@tanstack/react-query';
import { attend } from './attendance.ts';
import type { Change } from './changes.ts';
import { pauseMs, type ConnectionState } from './connection.ts';
import { failureOf } from './failure.ts';
import { endRun, forgetRuns, keepRun, type LiveRun } from './live-runs.ts';
import { Observed } from './observed.ts';
import { request } from './request.ts';
import { ended } from './session.ts';
import { Stale } from './stale.ts';

/** A daemon that has said that it is alive says so every 15 seconds; silent for longer, the stream is dead, whatever the browser believes. */
const SILENT_MS = 45_000;

export const connection = new Observed<ConnectionState>('opening');

/** Opens the stream for the user who is signed in; the answer ends it. */
export function follow(client: QueryClient): () => void {
  const changes = new Stale(client);
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tried = 0;
  let tellsLife = false;

  const again = (): void => {
    source?.close();
    if (connection.value === 'ended') return;
    connection.set(connection.value === 'opening' ? 'opening' : 'lost');
    clearTimeout(timer);
    timer = setTimeout(() => void tryAgain(), pauseMs(tried++, Math.random()));
  };
  const tryAgain = async (): Promise<void> => {
    try {
      await request('GET', '/api/session');
      open();
    } catch (error) {
      if (!failureOf(error).isUnknownUser) again();
      else {
        connection.set('ended');
        ended(client);
      }
    }
  };
  const heard = (event: string): void => {
    tellsLife ||= event === 'alive';
    if (!tellsLife) return;
    clearTimeout(timer);
    timer = setTimeout(again, SILENT_MS);
  };
  const open = (): void => {
    source = listen({
      opened: () => {
        const wasLost = connection.value === 'lost';
        tried = 0;
        forgetRuns();
        connection.set('live');
        if (wasLost) changes.all();
      },
      heard,
      broken: again,
      change: (change) => changes.add(change),
      reset: () => changes.all(),
      run: (run) => {
        if (run.result === 'running') keepRun(run);
        else {
          endRun(run);
          changes.add({ noun: 'run', ids: [] });
        }
      },
    });
  };

  // an answer that says that nobody is signed in comes over the stream as well
  const stopAttending = attend(() => void request('GET', '/api/session').catch(() => undefined));
  connection.set('opening');
  open();
  return () => {
    stopAttending();
    source?.close();
    clearTimeout(timer);
    changes.close();
    forgetRuns();
  };
}

interface Heard {
  opened: () => void;
  heard: (event: string) => void;
  broken: () => void;
  change: (change: Change) => void;
  reset: () => void;
  run: (run: LiveRun) => void;
}

function listen({ opened, heard, broken, change, reset, run }: Heard): EventSource {
  const source = new EventSource('/api/changes');
  const on = (name: string, then: (data: string) => void): void => {
    source.addEventListener(name, (event: MessageEvent<string>) => {
      heard(name);
      then(event.data);
    });
  };
  source.onopen = opened;
  source.onerror = broken;
  on('change', (data) => change(JSON.parse(data) as Change));
  on('run', (data) => run(JSON.parse(data) as LiveRun));
  on('reset', reset);
  on('alive', () => undefined);
  return source;
}
