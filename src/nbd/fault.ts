// What can go wrong with an NBD server. A fault says why; `nbdError` adds what was attempted on which export and socket.
import { CODE, OneError } from '../model/errors.ts';

/** The server broke the protocol or refused; the message completes "Could not ... because: ". */
export class NbdFault extends Error {
  readonly hint: string;

  constructor(message: string, hint = '') {
    super(message);
    this.name = 'NbdFault';
    this.hint = hint;
  }
}

/** Where a request went. */
export interface Place {
  socket: string;
  exportName: string;
}

/** The error users see: `attempt` is a phrase such as "read 512 bytes at 0 of". */
export function nbdError(place: Place, attempt: string, cause: Error): OneError {
  const why = cause instanceof NbdFault ? cause.message : systemReason(cause);
  const message = `Could not ${attempt} export "${place.exportName}" on ${place.socket}: ${why}.`;
  return new OneError(CODE.INTERNAL, message, { cause, hint: cause instanceof NbdFault ? cause.hint : '' });
}

function systemReason(cause: Error): string {
  const code = 'code' in cause ? cause.code : '';
  if (code === 'ENOENT') return 'the socket does not exist';
  if (code === 'ECONNREFUSED') return 'no server is listening there';
  return cause.message;
}
