// Asks before a login token is revoked or a session ended, and does it.
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import type { User } from '../../api/documents.ts';
import type { Confirmation } from '../../parts/actions.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';

interface Props {
  user: User;
  /** Its hash. */
  token: string;
  asks: Confirmation;
  onClose: () => void;
}

export function EndLogin({ user, token, asks, onClose }: Props) {
  const ending = useMutation({
    mutationFn: () => call('one.user.login', { name: user.NAME, token, seconds: 0 }),
    onSuccess: onClose,
  });
  return (
    <ConfirmDialog
      asks={asks}
      dangerous
      pending={ending.isPending}
      error={ending.error}
      onConfirm={() => ending.mutate()}
      onClose={onClose}
    />
  );
}
