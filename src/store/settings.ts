// Values that belong to the whole installation.
import type { Db } from './pool.ts';
import type { Settings } from './store.ts';

export class SqlSettings implements Settings {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async read<T>(name: string): Promise<T | undefined> {
    const found = await this.#db.selectFrom('setting').select('body').where('name', '=', name).executeTakeFirst();
    return found && (JSON.parse(found.body) as T);
  }

  async write(name: string, value: unknown): Promise<void> {
    const body = JSON.stringify(value);
    await this.#db
      .insertInto('setting')
      .values({ name, body })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ body }))
      .execute();
  }
}
