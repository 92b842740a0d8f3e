// Calls a method of the daemon by its name, with named parameters; what it takes and answers is known from the documents.
import type { Methods } from './documents.ts';
import { request } from './request.ts';

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]['params'];
export type Result<M extends Method> = Methods[M]['result'];

export async function call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
  const answer = (await request('POST', `/api/call/${method}`, params)) as { result: Result<M> };
  return answer.result;
}
