// The NBD handshake as a generator: it yields what to send and how many bytes it needs next, and never touches a socket.
// Whatever the server says, it keeps at most MAX_REPLIES replies of MAX_REPLY_BYTES.
import { HANDSHAKE_FLAG, INFO, NEWSTYLE_MAGIC, OPTION, OPTION_REPLY } from './constants.ts';
import { NbdFault } from './fault.ts';
import { goPayload, metaContextPayload, optionRequest, parseReplyHeader, refusal } from './option.ts';
import { readUint64 } from './uint64.ts';

const MAX_REPLIES = 256;
const MAX_REPLY_BYTES = 8192;
const MAX_PAYLOAD = 32 * 1024 * 1024;
const MAX_MINIMUM_BLOCK = 65536;

/** Sends `send`, then wants exactly `need` bytes. */
export interface Step {
  send?: Buffer;
  need: number;
}

export interface Wanted {
  exportName: string;
  metaContexts: readonly string[];
}

export interface Negotiated {
  size: number;
  /** Requests must be multiples of this. */
  minimumBlock: number;
  /** Most bytes of one read. */
  maxPayload: number;
  /** Ids of the meta contexts that the server has, by name. */
  contexts: Map<string, number>;
}

type Steps<T> = Generator<Step, T, Buffer>;

interface OptionReply {
  type: number;
  payload: Buffer;
}

/** Negotiates structured replies, the contexts and the export. Throws NbdFault. */
export function* handshake(wanted: Wanted): Steps<Negotiated> {
  const flags = yield* greeting();
  yield* option(OPTION.STRUCTURED_REPLY, Buffer.alloc(0), flags);
  const contexts = yield* metaContexts(wanted);
  const replies = yield* option(OPTION.GO, goPayload(wanted.exportName, [INFO.BLOCK_SIZE]));
  return { ...exportOf(replies), contexts };
}

function* greeting(): Steps<Buffer> {
  const hello = yield { need: 18 };
  if (hello.toString('latin1', 0, 16) !== NEWSTYLE_MAGIC) throw new NbdFault('it did not greet as an NBD server does');
  const offered = hello.readUInt16BE(16);
  if (!(offered & HANDSHAKE_FLAG.FIXED_NEWSTYLE)) throw new NbdFault('the server does not speak fixed newstyle NBD');
  const answer = Buffer.alloc(4);
  answer.writeUInt32BE(HANDSHAKE_FLAG.FIXED_NEWSTYLE | (offered & HANDSHAKE_FLAG.NO_ZEROES));
  return answer;
}

function* metaContexts(wanted: Wanted): Steps<Map<string, number>> {
  const contexts = new Map<string, number>();
  if (wanted.metaContexts.length === 0) return contexts;
  const payload = metaContextPayload(wanted.exportName, wanted.metaContexts);
  for (const reply of yield* option(OPTION.SET_META_CONTEXT, payload)) {
    if (reply.type !== OPTION_REPLY.META_CONTEXT || reply.payload.length < 4) {
      throw new NbdFault('the server answered the question for meta contexts with nonsense');
    }
    contexts.set(reply.payload.toString('utf8', 4), reply.payload.readUInt32BE(0));
  }
  return contexts;
}

/** Sends one option and collects its replies up to the acknowledgement. */
function* option(code: number, payload: Buffer, before: Buffer = Buffer.alloc(0)): Steps<OptionReply[]> {
  const replies: OptionReply[] = [];
  let head = yield { send: Buffer.concat([before, optionRequest(code, payload)]), need: 20 };
  while (replies.length < MAX_REPLIES) {
    const { type, length } = parseReplyHeader(head, code);
    if (length > MAX_REPLY_BYTES) throw new NbdFault(`the server announced an option reply of ${length} bytes`);
    const body = length === 0 ? Buffer.alloc(0) : Buffer.from(yield { need: length });
    const refused = refusal(code, type, body);
    if (refused) throw refused;
    if (type === OPTION_REPLY.ACK) return replies;
    replies.push({ type, payload: body });
    head = yield { need: 20 };
  }
  throw new NbdFault(`the server sent more than ${MAX_REPLIES} replies to one option`);
}

function exportOf(replies: OptionReply[]): Omit<Negotiated, 'contexts'> {
  const found = { size: -1, minimumBlock: 1, maxPayload: MAX_PAYLOAD };
  for (const { type, payload } of replies) {
    if (type !== OPTION_REPLY.INFO || payload.length < 2)
      throw new NbdFault('the server described the export with nonsense');
    const kind = payload.readUInt16BE(0);
    if (kind === INFO.EXPORT) found.size = exportSize(payload);
    if (kind === INFO.BLOCK_SIZE) Object.assign(found, blockSizes(payload));
  }
  if (found.size < 0) throw new NbdFault('the server did not tell the size of the export');
  return found;
}

function exportSize(payload: Buffer): number {
  if (payload.length !== 12) throw new NbdFault('the server described the export with nonsense');
  const size = readUint64(payload, 2);
  if (!Number.isSafeInteger(size)) throw new NbdFault(`the server claims an export of ${size} bytes`);
  return size;
}

function blockSizes(payload: Buffer): Pick<Negotiated, 'minimumBlock' | 'maxPayload'> {
  if (payload.length !== 14) throw new NbdFault('the server described its block sizes with nonsense');
  const minimumBlock = payload.readUInt32BE(2);
  const most = payload.readUInt32BE(10);
  const powerOfTwo = minimumBlock > 0 && (minimumBlock & (minimumBlock - 1)) === 0;
  if (!powerOfTwo || minimumBlock > MAX_MINIMUM_BLOCK || most < minimumBlock) {
    throw new NbdFault(`the server claims impossible block sizes (minimum ${minimumBlock}, maximum ${most})`);
  }
  const maxPayload = Math.min(most, MAX_PAYLOAD);
  return { minimumBlock, maxPayload: maxPayload - (maxPayload % minimumBlock) };
}
