// The one error class users meet. Its code is OpenNebula's, its message says what could not be done and why.

/** OpenNebula's error codes, as the third element of an XML-RPC failure. */
export const CODE = {
  AUTHENTICATION: 0x100,
  AUTHORIZATION: 0x200,
  NO_EXISTS: 0x400,
  ACTION: 0x800,
  XML_RPC_API: 0x1000,
  INTERNAL: 0x2000,
  ALLOCATE: 0x4000,
  LOCKED: 0x8000,
} as const;

export type Code = (typeof CODE)[keyof typeof CODE];

export interface OneErrorOptions {
  /** Id of the object the error is about, when there is one. */
  objectId?: number;
  /** Whether the same request may succeed later without anybody changing anything. */
  retry?: boolean;
  /** What the user can do about it: a command or a sentence. */
  hint?: string;
  cause?: unknown;
}

export class OneError extends Error {
  readonly code: Code;
  readonly objectId: number;
  readonly retry: boolean;
  readonly hint: string;

  constructor(code: Code, message: string, options: OneErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OneError';
    this.code = code;
    this.objectId = options.objectId ?? -1;
    this.retry = options.retry ?? false;
    this.hint = options.hint ?? '';
  }
}

/** What notes the changes of a disk is gone or cannot be believed: only a full backup is possible. The message says why. */
export class TrackerLost extends OneError {
  constructor(message: string, options: OneErrorOptions = {}) {
    super(CODE.ACTION, message, { retry: true, ...options });
    this.name = 'TrackerLost';
  }
}

/** A run ended as it was told to, and knows that nothing of it is left anywhere. */
export class CleanStop extends OneError {
  constructor(message: string, options: OneErrorOptions = {}) {
    super(CODE.ACTION, message, { retry: true, ...options });
    this.name = 'CleanStop';
  }
}

/** The connection to where something was done is gone: nobody knows how far it came, and it is to be looked at when that is back. */
export class ConnectionLost extends OneError {
  constructor(message: string, options: OneErrorOptions = {}) {
    super(CODE.INTERNAL, message, { retry: true, ...options });
    this.name = 'ConnectionLost';
  }
}

/** The text of anything that was thrown, hints included. */
export function reasonOf(error: unknown): string {
  if (error instanceof OneError) return error.hint ? `${error.message} ${error.hint}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
