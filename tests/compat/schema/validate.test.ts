import { expect, it } from 'vitest';
import { image } from '../../../src/wire/schema/image.ts';
import { open, Rounds, type Schema } from '../../../src/wire/schema/schema.ts';
import { validate } from './validate.ts';
import { user } from '../../../src/wire/schema/user.ts';

const schema: Schema = {
  root: 'A',
  content: {
    ID: 'count',
    'NAME?': 'text',
    'ITEM*': { SIZE: 'count' },
    'TAG+': 'text',
    TEMPLATE: open({ 'DISK*': open({ TYPE: 'filled' }) }, ['LAST']),
  },
};
const tail = '<TAG/><TEMPLATE/>';

it.each([
  ['<A><ID>1</ID><NAME>x</NAME><ITEM><SIZE>1</SIZE></ITEM><TAG/><TAG/><TEMPLATE/></A>', []],
  [`<A>\n<ID>1</ID>\n${tail}</A>`, []],
  [`<A><ID>1</ID>${tail}`, ['XML line 1, column 31: the end came before </A>']],
  [`<B/>`, ['B: the document should be A']],
  [`<A>${tail}</A>`, ['A/ID: is missing']],
  [`<A><ID>1</ID><TEMPLATE/></A>`, ['A/TAG: is missing']],
  [`<A><ID>1</ID><ID>2</ID>${tail}</A>`, ['A/ID: is there 2 times; at most 1 is expected']],
  [`<A><NAME/><ID>1</ID>${tail}</A>`, ['A/ID: stands after NAME; it should stand before it']],
  [`<A><ID>-1</ID>${tail}</A>`, ['A/ID: "-1" is not count']],
  [`<A><ID>1</ID>text${tail}</A>`, ['A: "text" stands beside elements']],
  [`<A><ID>1</ID><NAME><X/></NAME>${tail}</A>`, ['A/NAME: holds X; it should be text']],
  [`<A><ID>1</ID><NEW/>${tail}</A>`, ['A/NEW: is not known here']],
  [
    `<A><ID>1</ID><ITEM><SIZE>1</SIZE></ITEM><ITEM><SIZE>big</SIZE></ITEM>${tail}</A>`,
    ['A/ITEM[1]/SIZE: "big" is not count'],
  ],
  ['<A><ID>1</ID><TAG/><TEMPLATE><ANY>x</ANY><VEC><F>1</F></VEC><LAST/></TEMPLATE></A>', []],
  [
    '<A><ID>1</ID><TAG/><TEMPLATE><LAST/><ANY/></TEMPLATE></A>',
    ['A/TEMPLATE/ANY: stands after LAST; it should stand before it'],
  ],
  ['<A><ID>1</ID><TAG/><TEMPLATE><DISK><SIZE>1</SIZE></DISK></TEMPLATE></A>', ['A/TEMPLATE/DISK/TYPE: is missing']],
  [
    '<A><ID>1</ID><TAG/><TEMPLATE><VEC><F><G/></F></VEC></TEMPLATE></A>',
    ['A/TEMPLATE/VEC/F: holds G; it should be text'],
  ],
])('%s', (xml, problems) => {
  expect(validate(schema, xml)).toEqual(problems);
});

it('rounds take turns until the end', () => {
  const rounds: Schema = { root: 'P', content: new Rounds({ U: 'int', Q: 'int' }, { END: 'text' }) };
  const [u, q] = ['<U>1</U>', '<Q>1</Q>'];
  expect(validate(rounds, `<P>${u}${q}${u}${q}<END/></P>`)).toEqual([]);
  expect(validate(rounds, `<P><END/></P>`)).toEqual([]);
  expect(validate(rounds, `<P>${u}${u}${q}${q}<END/></P>`)).toEqual(['P/U: is out of turn; U, Q take turns']);
  expect(validate(rounds, `<P>${u}<END/></P>`)).toEqual(['P/Q: is missing at the end']);
  expect(validate(rounds, `<P>${u}${q}</P>`)).toEqual(['P/END: is missing']);
  expect(validate(rounds, `<P><END/>${u}${q}</P>`)).toEqual(['P/U: is not known here', 'P/Q: is not known here']);
});

it('an image without its datastore and a user with a password are told', () => {
  expect(validate(image, '<IMAGE><ID>1</ID></IMAGE>')).toContain('IMAGE/DATASTORE_ID: is missing');
  expect(validate(user, '<USER><PASSWORD>scrypt</PASSWORD></USER>')).toContain('USER/PASSWORD: "scrypt" is not empty');
});
