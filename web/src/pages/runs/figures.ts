// The figures of the days that are chosen, of all VMs or of one. What is chosen is in the address, as `days` or `days-vm`.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { poolQuery } from '../../api/queries.ts';
import { ALL_VMS, viewOf, viewText, type View } from './view.ts';

export function useFigures() {
  const { view: text } = useSearch({ strict: false });
  const view = viewOf(text);
  const navigate = useNavigate();
  const overall = useQuery({
    ...poolQuery('system', 'one.system.runfigures', { days: view.days }),
    placeholderData: (before) => before,
    select: ({ RUN_FIGURES }) => RUN_FIGURES,
  });
  const ofVm = useQuery({
    ...poolQuery('system', 'one.system.runfigures', { days: view.days, vmId: view.vm }),
    placeholderData: (before) => before,
    select: ({ RUN_FIGURES }) => RUN_FIGURES,
    enabled: view.vm !== ALL_VMS,
  });
  return {
    view,
    setView: (change: Partial<View>): void =>
      void navigate({
        to: '.',
        search: (now) => ({ ...now, view: viewText({ ...view, ...change }) }),
        replace: true,
      }),
    /** Of all VMs, with their sums. */
    overall,
    /** What the charts show. */
    shown: view.vm === ALL_VMS ? overall : ofVm,
  };
}

export type Figured = ReturnType<typeof useFigures>;
