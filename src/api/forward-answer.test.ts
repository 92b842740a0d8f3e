import { expect, test } from 'vitest';
import { CODE, OneError } from '../model/errors.ts';
import { FAULT, XmlRpcFault } from '../wire/xmlrpc.ts';
import { answerOfError, readNodeCall, resultOf, together, type NodeAnswer } from './forward-answer.ts';

const there = (answer: NodeAnswer): NodeAnswer => JSON.parse(JSON.stringify(answer)) as NodeAnswer;

function thrown(answer: NodeAnswer): unknown {
  try {
    return resultOf(there(answer));
  } catch (error) {
    return error;
  }
}

test('what a node throws is thrown at the other', () => {
  const error = new OneError(CODE.LOCKED, 'It is locked.', { objectId: 3, retry: true, hint: 'Unlock it.' });
  expect(thrown(answerOfError(error).answer)).toEqual(error);
  const fault = new XmlRpcFault(FAULT.TYPE, 'Parameter 1 is missing.');
  expect(thrown(answerOfError(fault).answer)).toEqual(fault);
  expect(answerOfError(fault).unexpected).toBe(false);
});

test('what nobody expected is an internal error, and said to be unexpected', () => {
  const { answer, unexpected } = answerOfError(new TypeError('x is undefined'));
  expect(unexpected).toBe(true);
  expect(thrown(answer)).toEqual(new OneError(CODE.INTERNAL, 'x is undefined'));
});

test('a result stays what it is', () => {
  for (const result of ['<VM/>', 7, true]) expect(resultOf(there({ result }))).toBe(result);
});

test('a call has a method and parameters', () => {
  expect(readNodeCall('{"method":"one.vm.backup","params":[1,-1,false]}')).toEqual({
    method: 'one.vm.backup',
    params: [1, -1, false],
  });
  expect(() => readNodeCall('{"method":3}')).toThrow('must have a method');
});

test('documents of several nodes are one', () => {
  expect(together(['<M><A>1</A></M>', '<M></M>', '<M/>', '<M>\n<B/></M>'])).toBe('<M><A>1</A>\n<B/></M>');
  expect(together(['<M/>'])).toBe('<M></M>');
  expect(together([])).toBe('');
});
