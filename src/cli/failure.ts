// What ends a command with a status that is not 0: a Failure, whose message is printed on stderr as it is, without a stack, or what has
// been told already.

/** The status of OpenNebula's commands for any failure. */
export const FAILED = 255;

export class Failure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
  }
}

/** All is said; only the status is left to give. */
export class Told extends Error {
  readonly status: number;

  constructor(status = FAILED) {
    super();
    this.name = 'Told';
    this.status = status;
  }
}
