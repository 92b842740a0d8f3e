// quota, batchquota and defaultquota, which users and groups have alike.
import { formatTemplate } from '../wire/template-text.ts';
import { argument, done, forEachId, type Family } from './family.ts';
import { changedTemplate } from './input.ts';
import { idOf, methodOf, wordOf, type Noun } from './lookup.ts';
import { limitsOf, quotaHelp, withQuotas } from './quota-text.ts';

/** Adds the three of them. The defaults' calls are named after the noun: userquota.info, groupquota.update. */
export function addQuotaCommands(family: Family, noun: Noun): void {
  addQuota(family, noun);
  addBatchQuota(family, noun);
  addDefaultQuota(family, noun);
}

function addQuota(family: Family, noun: Noun): void {
  family.add(
    { usage: `quota <${wordOf(noun)}> [file]`, description: 'Set its limits, from a file, stdin or an editor' },
    async (session, args) => {
      const { client, io } = session;
      const id = await idOf(client, noun, argument(args, 0));
      const text = await changedTemplate(io, args[1], 2, async () => {
        const owner = await client.document(methodOf(noun, 'info'), id, false);
        return `${quotaHelp(false)}\n${formatTemplate(limitsOf(owner))}`;
      });
      await client.call(methodOf(noun, 'quota'), id, text);
      done(session, noun, id, 'quota changed');
    },
  );
}

function addBatchQuota(family: Family, noun: Noun): void {
  const description = 'Set limits of several; what the text does not mention stays as it is';
  family.add({ usage: `batchquota <${wordOf(noun)}s> [file]`, description }, async (session, args) => {
    const { client, io } = session;
    const text = await changedTemplate(io, args[1], 2, async () => quotaHelp(false));
    await forEachId(session, noun, argument(args, 0), 'quota changed', async (id) => {
      const owner = await client.document(methodOf(noun, 'info'), id, false);
      await client.call(methodOf(noun, 'quota'), id, withQuotas(limitsOf(owner), text));
    });
  });
}

function addDefaultQuota(family: Family, noun: Noun): void {
  const pool = `${wordOf(noun)}quota`;
  family.add(
    {
      usage: 'defaultquota [file]',
      description: `Set the limits of every ${wordOf(noun)} that has none of its own, from a file, stdin or an editor`,
    },
    async ({ client, io, verbose }, [file]) => {
      const text = await changedTemplate(io, file, 1, async () => {
        const defaults = await client.document(`${pool}.info`);
        return `${quotaHelp(true)}\n${formatTemplate(limitsOf(defaults))}`;
      });
      await client.call(`${pool}.update`, text);
      if (verbose) io.write('Default quotas changed\n');
    },
  );
}
