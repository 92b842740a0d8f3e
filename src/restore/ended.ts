// What a run of a dead daemon has left working where it ran, for its record: it ends first, because what still works makes files anew.
import { saidEnded } from '../exec/run-processes.ts';
import type { WhichProcesses } from '../exec/run-processes.ts';
import { reasonOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Parts } from '../vm/parts.ts';

/** In words, empty when all has ended by itself. A host that is away ends it by itself, as it hears nobody. */
export async function endLeft(parts: Parts, operationId: string, which: WhichProcesses, host?: Host): Promise<string> {
  return parts
    .endProcesses(operationId, which, host)
    .then(saidEnded, (error: unknown) => ` What it left working there was not looked for: ${reasonOf(error)}`);
}
