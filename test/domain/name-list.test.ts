import fc from 'fast-check';
import {
  isMeant,
  parseFields,
  parseNames,
  parseReference,
  parseTableColumns,
  writtenName,
} from '../../src/domain/name-list';

const name = fc
  .array(fc.constantFrom('a', 'B', ' ', ',', '.', '=', '`', '*', '?', 'ü', '-', '"', "'"), {
    minLength: 1,
    maxLength: 6,
  })
  .map((letters) => `${letters.join('')}x`);

test('any name comes back from how it is written, alone and beside others', () => {
  fc.assert(
    fc.property(fc.array(name, { minLength: 2, maxLength: 4 }), ([first = '', ...rest]) => {
      const written = [first, ...rest].map(writtenName);
      expect(parseNames(written.join(', '))?.map((one) => one.name)).toEqual([first, ...rest]);
      const columns = rest.map(writtenName).join(',');
      const table = { table: first, columns: rest };
      expect(parseTableColumns(`${writtenName(first)}.${columns}`)).toEqual(table);
      expect(parseReference(`${writtenName(first)}.${columns}=${writtenName(first)}.${columns}`)).toEqual({
        child: table,
        parent: table,
      });
      expect(parseFields(`${writtenName(first)}.${writtenName(rest[0]!)}`)).toEqual([
        { object: first, field: rest[0] },
      ]);
    }),
  );
});

test.each(['', ',', 'a,', ',a', 'a,,b', '`a'])('%j is no list of names, or a bare one', (text) => {
  expect(parseNames(text)?.map((one) => one.name) ?? null).toEqual(text === '`a' ? ['`a'] : null);
});

test('what is no column of a table, no relation and no field is none', () => {
  for (const text of ['table', 'table.', '.column', 'a.b.c', 'a,b.c', 'a.b,'])
    expect([text, parseTableColumns(text)]).toEqual([text, null]);
  for (const text of ['a.b', 'a.b=c', 'a=b.c', 'a.b=c.d=e.f', '=a.b'])
    expect([text, parseReference(text)]).toEqual([text, null]);
  for (const text of ['a', 'a.b.c', 'a.b,c', 'a,b.c'])
    expect([text, parseFields(text)]).toEqual([text, null]);
});

test('patterns mean whole names; a name in backticks is no pattern', () => {
  const means = (written: string, one: string) => isMeant(one, parseNames(written)![0]!);
  expect([means('tmp_*', 'tmp_a'), means('tmp_*', 'a_tmp_a'), means('t?', 'tx'), means('t?', 'txy')]).toEqual(
    [true, false, true, false],
  );
  expect([means('`a*`', 'ab'), means('`a*`', 'a*'), means('a+', 'aa'), means('Tmp', 'tmp')]).toEqual([
    false,
    true,
    false,
    false,
  ]);
});
