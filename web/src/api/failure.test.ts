import { expect, it } from 'vitest';
import { failureIn, failureOf } from './failure.ts';

it("is told in the daemon's words", () => {
  const failure = failureIn(403, 'Forbidden', {
    error: { code: 512, name: 'AUTHORIZATION', message: 'You may not.', hint: 'Ask.', retry: true },
  });
  expect(failure).toMatchObject({
    status: 403,
    kind: 'AUTHORIZATION',
    message: 'You may not.',
    hint: 'Ask.',
    retry: true,
  });
});

it('is told from the status where the answer is of somebody else', () => {
  expect(failureIn(502, 'Bad Gateway', undefined)).toMatchObject({
    message: 'The server answered 502 Bad Gateway',
    retry: true,
  });
  expect(failureIn(404, '', '<html>')).toMatchObject({ message: 'The server answered 404', retry: false });
});

it('knows an ended session', () => {
  expect(failureIn(401, '', undefined).isUnknownUser).toBe(true);
  expect(failureOf(new Error('x'))).toMatchObject({ message: 'x', isUnknownUser: false });
});
