// What went wrong with a request, in the daemon's words. Pure.

/** As the daemon writes it into the answer of a request that failed. */
export interface Problem {
  code: number;
  name: string;
  message: string;
  /** What would mend it. */
  hint?: string;
  /** Trying again may help. */
  retry?: boolean;
}

export class Failure extends Error {
  readonly status: number;
  readonly kind: string;
  readonly hint: string | undefined;
  readonly retry: boolean;

  constructor(status: number, { name, message, hint, retry }: Problem) {
    super(message);
    this.name = 'Failure';
    this.status = status;
    this.kind = name;
    this.hint = hint;
    this.retry = retry ?? false;
  }

  /** The session has ended, or there never was one. */
  get isUnknownUser(): boolean {
    return this.status === 401;
  }
}

export const UNREACHABLE = 'UNREACHABLE';

/** A failure of whatever was thrown. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Failure(0, { code: -1, name: 'CONSOLE', message });
}

/** What a response that is no success says. One that is not the daemon's own (a proxy's, say) has only its status. */
export function failureIn(status: number, statusText: string, body: unknown): Failure {
  const error = isRecord(body) ? body['error'] : undefined;
  if (isRecord(error) && typeof error['message'] === 'string') {
    return new Failure(status, {
      code: typeof error['code'] === 'number' ? error['code'] : -1,
      name: typeof error['name'] === 'string' ? error['name'] : 'UNKNOWN',
      message: error['message'],
      ...(typeof error['hint'] === 'string' && { hint: error['hint'] }),
      ...(typeof error['retry'] === 'boolean' && { retry: error['retry'] }),
    });
  }
  return new Failure(status, {
    code: -1,
    name: 'UNKNOWN',
    message: `The server answered ${status} ${statusText}`.trim(),
    retry: status >= 500,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
