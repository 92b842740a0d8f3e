// What a node answers to the call of another: the result or what went wrong, as it would have told the client itself. Pure.
import { CODE, OneError, reasonOf, type Code } from '../model/errors.ts';
import { XmlRpcFault, type Value } from '../wire/xmlrpc.ts';

/** A call of one node at another. */
export interface NodeCall {
  method: string;
  params: Value[];
}

export type NodeAnswer =
  | { result: string | number | boolean }
  | { fault: { code: number; message: string } }
  | { error: { code: Code; message: string; objectId: number; retry: boolean; hint: string } };

export function readNodeCall(body: string): NodeCall {
  const given: unknown = JSON.parse(body);
  const { method, params } = given as Partial<NodeCall>;
  if (typeof method === 'string' && Array.isArray(params)) return { method, params };
  throw new OneError(CODE.XML_RPC_API, 'A call between nodes must have a method and its parameters.');
}

/** What is no error of ours is told as an internal one; `unexpected` says so, for the log. */
export function answerOfError(error: unknown): { answer: NodeAnswer; unexpected: boolean } {
  if (error instanceof XmlRpcFault) {
    return { answer: { fault: { code: error.code, message: error.message } }, unexpected: false };
  }
  const known = error instanceof OneError;
  const { code, objectId, retry, hint } = known ? error : new OneError(CODE.INTERNAL, '');
  const message = known ? error.message : reasonOf(error);
  return { answer: { error: { code, message, objectId, retry, hint } }, unexpected: !known };
}

/** The result, or throws what the other node has thrown. */
export function resultOf(answer: NodeAnswer): string | number | boolean {
  if ('result' in answer) return answer.result;
  if ('fault' in answer) throw new XmlRpcFault(answer.fault.code, answer.fault.message);
  const { code, message, ...options } = answer.error;
  throw new OneError(code, message, options);
}

/** Documents with the same root as one that holds what all of them hold. */
export function together(documents: readonly string[]): string {
  const [first = ''] = documents;
  const root = /^<([A-Z_]+)\/?>/.exec(first)?.[1];
  if (root === undefined) return first;
  const inner = documents.map((document) => document.match(new RegExp(`^<${root}>(.*)</${root}>$`, 's'))?.[1] ?? '');
  return `<${root}>${inner.join('')}</${root}>`;
}
