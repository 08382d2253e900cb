// A thousand services: the table scrolls and is searched without a long pause.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, launch, row } from './harness/browser.mjs';
import { Supervisor } from './harness/supervisor.mjs';

const kServices = 1000;
const kSteps = 120;
const kStep = 250;  // pixels: some seven rows
// Rows that come or go with a step, on the average. The table may make a few more than are seen, but not all of them anew.
const kMostRows = 40;
// Of the page's own processor time: how long something took by the clock, others on the machine have a say in.
// Two frames: caches that others use double what it costs when nothing else runs.
const kMostMs = 33;

let supervisor;
let browser;

before(async () => {
  const names = Array.from({ length: kServices - 20 }, (_, i) => `  idle-${String(i).padStart(4, '0')}: {command: sleep 1000, autostart: false}`);
  supervisor = await Supervisor.start(`defaults: {stop: {timeout: 1s}}\nservices:\n${names.join('\n')}\n  busy: {command: sleep 1000, instances: 20}\n`);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await supervisor?.stop();
});

test('a thousand services scroll by changing the few rows that come and go, and only those near the screen are in the page', async () => {
  const { page, close } = await enter(browser, supervisor);
  await page.getByRole('table').locator('.rows .row').nth(10).waitFor();
  assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), String(kServices + 1));
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const used = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const begun = await used();
  const { tasks, rows } = await page.evaluate(async ({ steps, step }) => {
    const seen = [];
    let changed = 0;
    const isRow = (node) => node.nodeType === Node.ELEMENT_NODE && node.classList.contains('row');
    const changes = new MutationObserver((records) => {
      for (const { addedNodes, removedNodes } of records) changed += [...addedNodes, ...removedNodes].filter(isRow).length;
    });
    changes.observe(document.querySelector('.rows'), { childList: true, subtree: true });
    const observer = new PerformanceObserver((list) => seen.push(...list.getEntries().map((entry) => Math.round(entry.duration))));
    observer.observe({ type: 'longtask' });
    const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
    for (let done = 0; done < steps; done += 1) {
      document.scrollingElement.scrollTop += step;
      await frame();
    }
    await frame();
    observer.disconnect();
    changes.disconnect();
    return { tasks: seen, rows: changed };
  }, { steps: kSteps, step: kStep });
  const each = (await used() - begun) / kSteps;
  console.log(`${each.toFixed(1)} ms of processor time and ${(rows / kSteps).toFixed(1)} rows for each step of scrolling; long tasks by the clock: ${tasks.join(', ') || 'none'}`);
  assert.ok(rows > kSteps, 'rows come and go');
  assert.ok(rows < kMostRows * kSteps, `${rows} rows came or went in ${kSteps} steps`);
  assert.ok(each < kMostMs, `a step of scrolling takes ${each} ms of processor time`);
  assert.ok(await page.evaluate(() => document.scrollingElement.scrollTop) > 5000);
  assert.ok(await page.locator('.rows .row').count() < 200);
  await close();
});

test('one of a thousand is found by its name', async () => {
  const { page, close } = await enter(browser, supervisor);
  await page.locator('.rows .row').nth(10).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('0777');
  await row(page, 'idle-0777').waitFor();
  await row(page, 'idle-0001').waitFor({ state: 'detached' });
  await close();
});
