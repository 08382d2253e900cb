// How long the page takes from being asked for to being of use, on this machine, by the page's own clock.
//
// A person can use it when a row of a service is painted. What the clock says is printed, and counts when nothing else runs (docs/web.md);
// others use the machine while tests run, so the bound is on the page's own processor time, and on how many files it is made of.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, launch } from './harness/browser.mjs';
import { Supervisor } from './harness/supervisor.mjs';

const kTimes = 5;
const kMostWork = 600;  // milliseconds; alone: about 100
const kMostFiles = 6;

let supervisor;
let browser;

before(async () => {
  const services = Array.from({ length: 20 }, (_, i) => `  service-${i}: {command: sleep 1000}`);
  supervisor = await Supervisor.start(`defaults: {stop: {timeout: 1s}}\nservices:\n${services.join('\n')}\n`);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await supervisor?.stop();
});

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// In the page: when the first row of a service was painted.
function watchForRows() {
  const observer = new MutationObserver(() => {
    if (!document.querySelector('.rows .row a')) return;
    observer.disconnect();
    requestAnimationFrame(() => { setTimeout(() => { window.usableAfter = performance.now(); }); });
  });
  observer.observe(document, { childList: true, subtree: true });
}

async function load(context, url, cached) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  if (!cached) {
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  }
  await page.goto(url);
  await page.waitForFunction(() => window.usableAfter > 0);
  const seen = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation');
    const before = performance.getEntriesByType('resource').filter((each) => each.startTime <= window.usableAfter);
    return { ready: navigation.domContentLoadedEventEnd, usable: window.usableAfter, files: before.filter(({ name }) => name.includes('/assets/')).length + 1 };
  });
  const { metrics } = await session.send('Performance.getMetrics');
  await page.close();
  return { ...seen, work: 1000 * metrics.find(({ name }) => name === 'TaskDuration').value };
}

test('the page is of use soon after it is asked for, whether or not the browser has been here before', async () => {
  const { page, context, close } = await enter(browser, supervisor);
  await context.addInitScript(watchForRows);
  for (const cached of [false, true]) {
    const seen = [];
    for (let i = 0; i < kTimes; i += 1) seen.push(await load(context, supervisor.url, cached));
    const usable = seen.map((each) => Math.round(each.usable));
    const files = Math.max(...seen.map((each) => each.files));
    console.log(`${cached ? 'again' : 'first visit'}: of use after ${median(usable)} ms (${usable.join(', ')}), DOMContentLoaded after `
      + `${Math.round(median(seen.map((each) => each.ready)))} ms, ${files} files, ${Math.round(median(seen.map((each) => each.work)))} ms of work`);
    assert.ok(files <= kMostFiles, `${files} files are fetched one by one`);
    const work = median(seen.map((each) => each.work));
    assert.ok(work < kMostWork, `until the first row was painted the page has worked for ${work} ms`);
  }
  await page.close();
  await close();
});
