/**
 * Makes the README's pictures from a kept demo: `npm run demo -- --keep`, then `npx tsx
 * docs/images/make.ts <resync id> <Temporal Web URL>` with the environment the demo printed. Needs
 * a Chromium (CHROMIUM, default /usr/bin/chromium).
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { resyncWorkflowId } from '../../workflows/messages';

async function main([resyncId, webUrl]: string[]): Promise<void> {
  if (!resyncId || !webUrl) throw new Error('Say the resync id and the Temporal Web URL.');
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const table = execFileSync('npx', ['resync', 'show', resyncId], { encoding: 'utf8' });
    await picture(browser, { file: 'outcome.png', html: terminal(`$ npx resync show ${resyncId}\n${table}`) });
    const url = `${webUrl}/namespaces/default/workflows/${encodeURIComponent(resyncWorkflowId(resyncId))}`;
    await picture(browser, { file: 'temporal-web.png', url });
  } finally {
    await browser.close();
  }
}

async function picture(
  browser: Browser,
  { file, html, url }: { file: string; html?: string; url?: string },
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: html ? 400 : 1000 } });
  if (html) await page.setContent(html);
  if (url) {
    await page.goto(url);
    await page.waitForTimeout(5_000);
  }
  await page.screenshot({ path: join(__dirname, file), fullPage: html !== undefined });
  await page.close();
}

const shades: Record<string, string> = { green: '#6cc76c', yellow: '#e5c95c', red: '#e5675c', gray: '#999' };

/** Console text as it looks: plain characters in a dark window. */
function terminal(text: string): string {
  const escaped = text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/\S (green|yellow|red|gray)\b/g, (status, color: string) => `<b style="color:${shades[color]}">${status}</b>`);
  return `<body style="margin:0;background:#1d1f21;color:#e8e8e8"><pre style="font:14px/1.35 monospace;padding:16px;margin:0">${escaped}</pre></body>`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
