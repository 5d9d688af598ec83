import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { references } from '../../docs/reference/make';

const folder = join(__dirname, '..', '..', 'docs', 'reference');

test.each(['cli.md', 'configuration.md', 'catalog.md'])('docs/reference/%s is current', async (name) => {
  const made = (await references())[name];
  // When this fails: npm run reference
  expect(readFileSync(join(folder, name), 'utf8')).toBe(made);
});

test('every setting of a leaf says what it means, or its name does', async () => {
  const { 'configuration.md': text = '' } = await references();
  for (const setting of ['copy.lanes', 'api.trustProxy', 'removals.thresholdPercent'])
    expect(text).toMatch(new RegExp(`^\\| \`${setting.replace('.', '\\.')}\` \\|.*\\|.*\\| \\S.* \\|$`, 'm'));
});

test('the catalog’s reference has a row for each of the 62 objects', async () => {
  const { 'catalog.md': text = '' } = await references();
  expect(text.match(/^\| (?!object|---)/gm)).toHaveLength(62);
});
