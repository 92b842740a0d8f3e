import { expect, it } from 'vitest';
import { imageTemplate, NEW_IMAGE, wrongIn } from './image-draft.ts';

const SHA256 = 'AB'.repeat(32);

it('fetches what is at a URL, and has its checksum compared', () => {
  const draft = { ...NEW_IMAGE, name: ' web ', url: 'https://example.org/a.qcow2', digest: SHA256 };
  expect(wrongIn(draft)).toEqual({});
  expect(imageTemplate(draft).split('\n')).toEqual([
    'NAME="web"',
    'TYPE="OS"',
    'PERSISTENT="NO"',
    'PATH="https://example.org/a.qcow2"',
    `SHA256="${SHA256.toLowerCase()}"`,
  ]);
});

it('takes a checksum for what its length says', () => {
  const named = (length: number): string =>
    imageTemplate({ ...NEW_IMAGE, digest: 'a'.repeat(length) })
      .split('\n')
      .at(-1) ?? '';
  expect([32, 40].map((length) => named(length).split('=')[0])).toEqual(['MD5', 'SHA1']);
  expect(wrongIn({ ...NEW_IMAGE, name: 'a', url: 'http://a/b', digest: 'abc' })).toEqual({
    digest: 'It must be 32, 40 or 64 hex digits.',
  });
});

it('is an empty disk with its size, and nothing of a file', () => {
  const draft = { ...NEW_IMAGE, name: 'data', type: 'DATABLOCK', origin: 'empty' as const, url: 'x', digest: 'y' };
  const filled = { ...draft, sizeMb: 512, format: 'raw', fs: 'ext4', persistent: true };
  expect(wrongIn(filled)).toEqual({});
  expect(imageTemplate(filled)).toBe(
    'NAME="data"\nTYPE="DATABLOCK"\nPERSISTENT="YES"\nFORMAT="raw"\nSIZE="512"\nFS="ext4"',
  );
  expect([0, '', 1.5, 16_777_217].map((sizeMb) => Object.keys(wrongIn({ ...draft, sizeMb })))).toEqual(
    Array(4).fill(['sizeMb']),
  );
});

it('asks for a name, and for an address or a path that could be one', () => {
  expect(Object.keys(wrongIn({ ...NEW_IMAGE, url: 'example.org' }))).toEqual(['name', 'url']);
  expect(Object.keys(wrongIn({ ...NEW_IMAGE, name: 'a', origin: 'file', file: 'a.raw' }))).toEqual(['file']);
  expect(wrongIn({ ...NEW_IMAGE, name: 'a', origin: 'file', file: '/srv/a.raw' })).toEqual({});
});
