// Answers in JSON are compressed for those who take it: lists of ten thousand machines shrink to a tenth.
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const LEAST_CHARACTERS = 1024;
/** Quick rather than small: the answer is made anew each time. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const packs = { br: promisify(brotliCompress), gzip: promisify(gzip) };

export function compressAnswers(server: FastifyInstance): void {
  server.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < LEAST_CHARACTERS) return payload;
    if (!String(reply.getHeader('content-type')).startsWith('application/json')) return payload;
    const takes = request.headers['accept-encoding'] ?? '';
    const encoding = /\bbr\b/.test(takes) ? 'br' : /\bgzip\b/.test(takes) ? 'gzip' : undefined;
    if (!encoding) return payload;
    void reply.header('content-encoding', encoding).header('vary', 'accept-encoding').removeHeader('content-length');
    return encoding === 'br' ? packs.br(payload, BROTLI) : packs.gzip(payload);
  });
}
