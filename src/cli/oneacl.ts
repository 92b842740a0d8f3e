// The oneacl command.
import { aclListing } from './acl-list.ts';
import { ruleWords } from './acl-text.ts';
import { argument, Family, forEachId } from './family.ts';
import { processIo, type Io } from './io.ts';
import { addList } from './list.ts';
import { NOUN } from './lookup.ts';

export function oneacl(io: Io): Family {
  const family = new Family('oneacl', 'Access rules: who may do what with which objects', io);
  family.add(
    {
      usage: 'create <rule> [resource] [rights] [zone]',
      description:
        'Create a rule from "<user> <resources>/<objects> <rights> [<zone>]", such as "@101 DATASTORE/#100 USE", ' +
        'or from its 3 or 4 hexadecimal words. Users are #id, @group or *; objects #id, @group, %cluster or *; ' +
        'rights USE, MANAGE, ADMIN and CREATE, joined with +',
    },
    async ({ client }, args) => {
      io.write(`ID: ${await client.text('acl.addrule', ...ruleWords(args))}\n`);
    },
  );
  addList(family, aclListing);
  family.add({ usage: 'delete <rules>', description: 'Delete rules by their ids' }, async (session, args) => {
    await forEachId(session, NOUN.acl, argument(args, 0), 'deleted', (id) => session.client.call('acl.delrule', id));
  });
  return family;
}

if (import.meta.main) process.exitCode = await oneacl(processIo()).main(process.argv.slice(2));
