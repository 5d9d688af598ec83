import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const promises = readFileSync(join(root, 'docs', 'seed.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (---|the specification says)/.test(line))
  .map((line) => {
    const [, sentence, shown] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    return { sentence: sentence ?? '', shown: shown ?? '' };
  });

test('the table has the specification’s sentences', () => {
  expect(promises.length).toBeGreaterThan(40);
});

test.each(promises)('$sentence', ({ shown }) => {
  const named = shown.split('<br>').map((one) => /^`([^`]+)`: (.+)$/.exec(one.trim()));
  for (const match of named) {
    expect(match).not.toBeNull();
    const [, file, title] = match!;
    const source = readFileSync(join(root, file!), 'utf8').replaceAll("\\'", "'");
    expect(source.includes(title!) ? title : `${file} has no “${title}”`).toBe(title);
  }
});
