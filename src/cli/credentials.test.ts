import { expect, it } from 'vitest';
import { trustedOf } from './credentials.ts';
import type { Io } from './io.ts';

const io = (env: Record<string, string>): Io => ({ env }) as unknown as Io;

it("believes the certificates of a file in place of the system's", () => {
  expect(trustedOf(io({}))).toEqual({});
  expect(trustedOf(io({ ONE_CERT_FILE: '' }))).toEqual({});
  expect(trustedOf(io({ ONE_CERT_FILE: import.meta.filename })).ca).toContain('in place of the system');
});

it('does not go on without a file that was named', () => {
  expect(() => trustedOf(io({ ONE_CERT_FILE: '/nowhere/ca.pem' }))).toThrow(
    'ONE_CERT_FILE="/nowhere/ca.pem", with the certificates to believe, cannot be read',
  );
});
