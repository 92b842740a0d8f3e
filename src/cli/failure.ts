// What ends a command with status 255: its message is printed on stderr as it is, without a stack.

export class Failure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
  }
}
