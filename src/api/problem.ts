// What a failed request is answered in JSON: OpenNebula's code and its name, what went wrong, what would mend it. Pure.
import { TooOften } from '../access/rate-limit.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { FAULT, XmlRpcFault } from '../wire/xmlrpc.ts';

export interface Problem {
  status: number;
  body: { error: { code: number; name: string; message: string; hint?: string; retry?: boolean; objectId?: number } };
}

const STATUS: Partial<Record<number, number>> = {
  [CODE.AUTHENTICATION]: 401,
  [CODE.AUTHORIZATION]: 403,
  [CODE.NO_EXISTS]: 404,
  [CODE.LOCKED]: 423,
};

const TOO_MANY_REQUESTS = 429;

/** Fastify's own errors, such as a body that is too large, bring their status along. */
export function problemOf(error: unknown): Problem {
  if (error instanceof TooOften) return { status: TOO_MANY_REQUESTS, body: known(error).body };
  if (error instanceof OneError) return known(error);
  if (error instanceof XmlRpcFault) {
    const status = error.code === FAULT.NO_SUCH_METHOD ? 404 : 400;
    return { status, body: { error: { code: error.code, name: 'FAULT', message: error.message } } };
  }
  const given = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  const status = typeof given === 'number' ? given : 500;
  return { status, body: { error: { code: CODE.INTERNAL, name: 'INTERNAL', message: reasonOf(error) } } };
}

function known({ code, message, hint, retry, objectId }: OneError): Problem {
  const name = Object.entries(CODE).find(([, value]) => value === code)?.[0] ?? 'INTERNAL';
  return {
    status: STATUS[code] ?? 400,
    body: {
      error: {
        code,
        name,
        message,
        ...(hint && { hint }),
        ...(retry && { retry }),
        ...(objectId !== -1 && { objectId }),
      },
    },
  };
}
