// Values that belong to the whole installation.
import type { Db, Steps } from './steps.ts';
import type { Settings } from './store.ts';

export class SqlSettings implements Settings {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  get #db(): Db {
    return this.#steps.db;
  }

  async read<T>(name: string): Promise<T | undefined> {
    const found = await this.#db.selectFrom('setting').select('body').where('name', '=', name).executeTakeFirst();
    return found && (JSON.parse(found.body) as T);
  }

  async write(name: string, value: unknown): Promise<void> {
    const body = JSON.stringify(value);
    await this.#steps.run('one', `setting ${name}`, async ({ db }) => {
      await db
        .insertInto('setting')
        .values({ name, body })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ body }))
        .execute();
    });
  }
}
