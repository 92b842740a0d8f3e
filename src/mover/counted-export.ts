// One export of a hypervisor over NBD, counting what is read of it.
import type { DiskExport } from '../hypervisor/hypervisor.ts';
import { NbdClient, type NbdExtent } from '../nbd/client.ts';

export class CountedExport {
  /** Bytes of data that were asked for so far. */
  readBytes = 0;
  readonly #client: NbdClient;

  private constructor(client: NbdClient) {
    this.#client = client;
  }

  static async connect(from: DiskExport, metaContexts: string[], signal: AbortSignal): Promise<CountedExport> {
    const { socket, exportName } = from;
    return new CountedExport(await NbdClient.connect({ socket, exportName, metaContexts, signal }));
  }

  get size(): number {
    return this.#client.size;
  }

  offers(context: string): boolean {
    return this.#client.contexts.includes(context);
  }

  extents(context: string, offset?: number, length?: number): AsyncIterable<NbdExtent> {
    return this.#client.extents(context, offset, length);
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    this.readBytes += into.length;
    return this.#client.read(offset, into);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
