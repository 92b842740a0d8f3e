// How options are written during the handshake, and how the head of a reply and a refusal are read. Pure.
import { OPTION, OPTION_MAGIC, OPTION_REPLY_MAGIC, REFUSAL, REFUSALS } from './constants.ts';
import { NbdFault } from './fault.ts';

const ASKED: Readonly<Record<number, string>> = {
  [OPTION.GO]: 'refused the export',
  [OPTION.STRUCTURED_REPLY]: 'refused structured replies',
  [OPTION.SET_META_CONTEXT]: 'refused to tell the meta contexts',
};

/** One option with its payload, as it is sent. */
export function optionRequest(code: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.write(OPTION_MAGIC, 'latin1');
  head.writeUInt32BE(code, 8);
  head.writeUInt32BE(payload.length, 12);
  return Buffer.concat([head, payload]);
}

/** Payload of OPT_GO: the export's name and the information wanted about it. */
export function goPayload(exportName: string, infos: readonly number[]): Buffer {
  const wanted = Buffer.alloc(2 + 2 * infos.length);
  wanted.writeUInt16BE(infos.length);
  infos.forEach((info, index) => wanted.writeUInt16BE(info, 2 + 2 * index));
  return Buffer.concat([counted(exportName), wanted]);
}

/** Payload of OPT_SET_META_CONTEXT: the export's name and all contexts in one go. */
export function metaContextPayload(exportName: string, contexts: readonly string[]): Buffer {
  return Buffer.concat([counted(exportName), uint32(contexts.length), ...contexts.map(counted)]);
}

/** Type and payload length of an option reply (20 bytes). Throws NbdFault when it is none, or answers another option. */
export function parseReplyHeader(head: Buffer, code: number): { type: number; length: number } {
  if (head.readUInt32BE(0) !== OPTION_REPLY_MAGIC.high || head.readUInt32BE(4) !== OPTION_REPLY_MAGIC.low) {
    throw new NbdFault('the server sent a bad magic number during the handshake');
  }
  if (head.readUInt32BE(8) !== code) throw new NbdFault('the server answered an option that was not asked');
  return { type: head.readUInt32BE(12), length: head.readUInt32BE(16) };
}

/** The fault of a reply that is a refusal, undefined for any other reply. */
export function refusal(code: number, type: number, body: Buffer): NbdFault | undefined {
  if (type < REFUSAL) return undefined;
  const number = type - REFUSAL;
  const said = body.length === 0 ? '' : ` (it said: ${printable(body)})`;
  const hint = number === 6 ? 'Check the name of the export.' : '';
  return new NbdFault(`the server ${ASKED[code]}: ${REFUSALS[number] ?? `error ${number}`}${said}`, hint);
}

/** Text of a server, shortened and without control characters, so that it can stand in an error. */
export function printable(text: Buffer): string {
  return text.toString('utf8', 0, 512).replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
