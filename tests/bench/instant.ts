// How long a machine that is restored instantly takes to answer, for the bench of restores.

/** Seconds from the request to the first answer of the guest; undefined while nothing can be measured. */
export function instantAnswerSec(): Promise<number | undefined> {
  return Promise.resolve(undefined);
}
