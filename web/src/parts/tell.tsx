// Short notes in the corner: what was done, and what was not and why.
import { notifications } from '@mantine/notifications';
import { failureOf } from '../api/failure.ts';

export function tellDone(message: string): void {
  notifications.show({ message, color: 'green', autoClose: 6000 });
}

/** Stays until it is closed: it may say what to do. */
export function tellFailure(error: unknown): void {
  const { message, hint } = failureOf(error);
  notifications.show({ title: message, message: hint ?? '', color: 'red', autoClose: false, role: 'alert' });
}
