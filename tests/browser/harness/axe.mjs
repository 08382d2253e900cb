// What axe-core finds on a page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { axeSource } from './browser.mjs';

const source = readFileSync(axeSource, 'utf8');

// What is serious or critical, in words; `where` names the page.
export async function findings(page, where) {
  // Not as a script of the page, which its policy forbids, but by the browser's own means.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.flatMap(({ id, help, nodes }) => nodes.map((node) => `${where}: ${id} (${help}): ${node.html.slice(0, 200)} ${node.failureSummary}`));
}

export async function assertAccessible(page, where) {
  assert.deepEqual(await findings(page, where), []);
}
